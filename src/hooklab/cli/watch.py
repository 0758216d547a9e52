"""`hooklab watch`: grades at every save, on a warm launcher, and answers keys in between."""

from contextlib import ExitStack
from typing import Annotated

import typer

from hooklab import __version__
from hooklab.catalogue import Course
from hooklab.cli.finished import unfinished
from hooklab.cli.grading import warm_grading
from hooklab.cli.inputs import Events
from hooklab.cli.keys import pressed
from hooklab.cli.live_page import live_page
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, OptionalSlug, chosen, course
from hooklab.cli.saves import listening
from hooklab.cli.speaking import output, talk
from hooklab.cli.standing import standing
from hooklab.cli.watcher import Watcher
from hooklab.grading.not_started import not_started
from hooklab.grading.options import check_folder
from hooklab.scorecard import Scorecard
from hooklab.texts import _
from hooklab.worker.isolation import in_force


def command(
    slug: OptionalSlug = None,
    with_page: Annotated[
        bool,
        typer.Option(
            "--page", help=_("Show the scores in a browser too, on a page that follows each save.")
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    """Grade one exercise at each save of its files, or whichever is saved; until q or Ctrl-C."""
    here = course()
    slugs = chosen(here, [slug] if slug else None)
    for each in slugs:
        check_folder(here.skeleton(each))
    first = slug or (unfinished(here, Memory(here.root)) or here.exercises[0]).slug
    events = Events()
    try:
        with ExitStack() as resources:
            resources.enter_context(listening(here, slugs, events.saved))
            has_keys = resources.enter_context(pressed(events.pressed))
            run = resources.enter_context(warm_grading(here))
            page = resources.enter_context(live_page()) if with_page else None
            if page:
                page.show(_at_first(here, first))
                said = _("The scores are also at {address}").format(address=page.address)
                talk().print(said, soft_wrap=True)
            has_keys = has_keys and output().is_terminal
            if has_keys:
                resources.enter_context(events.redraws())
            Watcher(here, run, events, first, has_keys=has_keys, page=page).watch()
    except KeyboardInterrupt:
        talk().print(_("Watching has ended."))


def _at_first(here: Course, slug: str) -> Scorecard:
    """What is known before anything has been graded."""
    known = (not_started(here, slug),) if standing(here, slug).is_untouched else ()
    return Scorecard(__version__, in_force(debug=False), seed=0, exercises=known)
