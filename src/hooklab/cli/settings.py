"""`hooklab settings`: the file that lists every variable, written from the classes."""

from hooklab.authoring.example import FILE, example
from hooklab.cli.parameters import Lang, course
from hooklab.cli.report_file import write
from hooklab.cli.speaking import talk
from hooklab.texts import _


def command(lang: Lang = None) -> None:
    """Write .env.example from the settings of the engine and of every exercise."""
    here = course()
    write(here.root / FILE, example(here))
    talk().print(_("written: {file}").format(file=FILE))
