"""What was done as a file, to be kept, sent to a friend, and done again."""

import json
from typing import Any, NamedTuple

from pydantic import ValidationError

from hooklab.errors import HooklabError
from hooklab.texts import _
from hooklab.workbench.acts import ACT, LONGEST_BODY, Act
from hooklab.workbench.stage import Stage
from hooklab.workbench.workbench import OWN_WORLD, Workbench

SCHEMA = "hooklab/lab-story/v1"
MOST_ACTS = 500


def written_story(bench: Workbench) -> str:
    """The story of `bench` as JSON; it ends with a newline."""
    acts = [act.model_dump(exclude_defaults=True) | {"do": act.do} for act in list(bench.story)]
    return f"{json.dumps({'schema': SCHEMA, **_told(bench), 'acts': acts}, indent=2)}\n"


class KeptStory(NamedTuple):
    """What a file tells: what was done, and what the world was called in which that was."""

    acts: list[Act]
    world_name: str


def read_story(content: bytes, bench: Workbench) -> KeptStory:
    """The story of a file; HooklabError when it is none, or one of another exercise."""
    if not content:
        raise HooklabError(_("no file was chosen"), _("choose one that was saved here"))
    if len(content) > LONGEST_BODY:
        raise HooklabError(
            _("the file is larger than {size} KiB").format(size=LONGEST_BODY >> 10),
            _("choose one that was saved here"),
        )
    try:
        told: Any = json.loads(content)
        if told["schema"] != SCHEMA or not isinstance(told["acts"], list):
            raise ValueError(told["schema"])
        acts = [ACT.validate_python(each) for each in told["acts"]]
        world_name = told.get("world", OWN_WORLD)
        if not isinstance(world_name, str):
            raise TypeError(world_name)
    except (ValueError, TypeError, KeyError, RecursionError, ValidationError):
        raise HooklabError(
            _("the file is no story of a lab"), _("choose one that was saved here")
        ) from None
    if len(acts) > MOST_ACTS:
        raise HooklabError(
            _("the story has more than {most} acts").format(most=MOST_ACTS), _("cut it in two")
        )
    here, theirs = _told(bench)["exercise"], told.get("exercise", "")
    if here != theirs:
        raise HooklabError(
            _("the story is about “{theirs}”, not about “{here}”").format(theirs=theirs, here=here),
            _("open that lab: hooklab lab {slug}").format(slug=theirs),
        )
    _require_seed(told, bench, world_name)
    return KeptStory(acts, world_name)


def _require_seed(told: dict[str, Any], bench: Workbench, world_name: str) -> None:
    """Refuse a story whose people and ids are others than here."""
    here = _told(bench)
    theirs = told.get("seed")
    if theirs is not None and theirs != here.get("seed"):
        # The world of a check is called after its test, see `grading.worlds.world_name`.
        check = world_name.partition("/test_")[2].partition("[")[0]
        raise HooklabError(
            _("the story was made with seed {theirs}, and this lab has {here}").format(
                theirs=theirs, here=here.get("seed")
            ),
            _("open the lab of its check: hooklab lab {slug} --check {check} --seed {seed}").format(
                slug=here["exercise"], check=check, seed=theirs
            )
            if check
            else _("choose one that was saved here"),
        )


def _told(bench: Workbench) -> dict[str, Any]:
    stage = bench.stage
    if isinstance(stage, Stage):
        world = {} if bench.world_name == OWN_WORLD else {"world": bench.world_name}
        return {"exercise": stage.subject.slug, "seed": stage.subject.seed, **world}
    return {"exercise": ""}
