"""What learners get: a course folder of chosen exercises without solutions, and its autograder."""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import hooklab
from hooklab import catalogue, walks
from hooklab.authoring import skeletons
from hooklab.authoring.example import FILE, example
from hooklab.authoring.folders import files, plain
from hooklab.catalogue import Course
from hooklab.errors import HooklabError, reason_of
from hooklab.file_trees import content, write_all
from hooklab.texts import _

_TEMPLATES = Path(__file__).with_name("handout_files")
# Beside the templates, what makes the kit run.
_KIT = ("pyproject.toml", "requirements/grade.txt", "LICENSE", ".gitignore", ".gitattributes")
_EDITORS = (".devcontainer", ".vscode")
_PLACES = {
    "Makefile": "Makefile",
    "README.md": "README.md",
    "LISEZMOI.md": "LISEZMOI.md",
    "classroom.yml": ".github/workflows/classroom.yml",
}
# Only authors need them, and they tell what is right or wrong.
_AUTHORS = ("mistakes", "others")
_CATALOGUE = "graders/course.toml"
_ITEM = re.compile(rb"^- .+\n(?:  .+(?:\n|\Z))*", re.MULTILINE)
_SLUG = re.compile(r'^slug = "(.+)"$', re.MULTILINE)
_RUNS = 0o100755
_READS = 0o100644
# The oldest that an archive can tell: equal handouts are equal files.
_DATE = (1980, 1, 1, 0, 0, 0)


def write(course: Course, slugs: Collection[str], folder: Path) -> dict[str, bytes]:
    """Make `folder` a handout with the exercises `slugs`; the files in it, by path.

    Args:
        course: the whole course, in a clone of the kit.
        slugs: in any order.
        folder: new, or empty.

    Raises:
        HooklabError: something is in the folder, it cannot be written, an exercise that is to be
            handed out has been begun, or this hooklab has no source to hand out.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise HooklabError(
                _("{folder} is not empty").format(folder=folder),
                _("name a folder that is new or empty"),
            )
        write_all(folder, dict(_files(course, slugs)))
        here = catalogue.load(folder.absolute())
        write_all(folder, {FILE: example(here).encode()})
    except OSError as error:
        raise HooklabError(
            _("{path} cannot be written: {reason}").format(
                path=error.filename or folder, reason=reason_of(error)
            ),
            _("choose another folder, or change its permissions"),
        ) from error
    return content(folder)


def autograder(handout: Mapping[str, bytes], slug: str) -> bytes:
    """The archive that Gradescope takes as the autograder of `slug`.

    It asks for `setup.sh` and `run_autograder`, see
    https://gradescope-autograders.readthedocs.io/en/latest/specs/.

    Args:
        handout: the files of a handout with that exercise, by path.
    """
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("setup.sh", "run_autograder"):
            text = (_TEMPLATES / name).read_bytes().replace(b"slug=SLUG", b"slug=" + slug.encode())
            _add(file, name, text, _RUNS)
        for name, text in sorted(handout.items()):
            _add(file, f"course/{name}", text, _READS)
    return archive.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text)


def _files(course: Course, slugs: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The files of the handout, but for what is computed from the others."""
    yield from _kit()
    for template, place in _PLACES.items():
        yield place, (_TEMPLATES / template).read_bytes()
    for slug in slugs:
        skeleton = _skeleton(course, slug)
        for room in ("exercises", "given"):
            yield from ((f"{room}/{slug}/{name}", text) for name, text in skeleton.items())
        yield from _room(course, f"graders/{slug}")
    graders = course.root / "graders"
    for path in filter(Path.is_file, graders.iterdir()):
        yield f"graders/{path.name}", path.read_bytes()
    yield _CATALOGUE, _catalogue(course, slugs).encode()
    yield from _course(course, slugs)


def _course(course: Course, slugs: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The pages, but for those of other exercises, and what walks through solutions in words."""
    others = {each.page for each in course.exercises if each.slug not in slugs}
    reviews = f"{walks.FOLDER}/"
    for page, text in _room(course, "course"):
        # The second part is a language.
        name = page.split("/", 2)[-1]
        if Path(page) == walks.FILE or name in others or name.startswith(reviews):
            continue
        yield page, _without_the_way_to(reviews, text) if page.endswith(".md") else text


def _without_the_way_to(folder: str, text: bytes) -> bytes:
    """A page without the item of a list that links there."""
    link = f"](../{folder}".encode()
    return _ITEM.sub(lambda item: b"" if link in item[0] else item[0], text)


def _kit() -> Iterator[tuple[str, bytes]]:
    source = Path(hooklab.__file__).parent
    root = source.parents[1]
    if not all((root / name).is_file() for name in _KIT):
        raise HooklabError(
            _("this hooklab was installed as a package, and a handout is made from a clone"),
            _("clone the course, and run the command there"),
        )
    yield from ((name, (root / name).read_bytes()) for name in _KIT)
    yield from ((f"src/hooklab/{name}", text) for name, text in content(source).items())
    for folder in _EDITORS:
        yield from ((f"{folder}/{name}", text) for name, text in content(root / folder).items())


def _skeleton(course: Course, slug: str) -> dict[str, bytes]:
    folder = course.skeleton(slug)
    found = {name: plain((folder / name).read_bytes()) for name in sorted(files(folder))}
    if not skeletons.is_untouched(course, slug, found):
        raise HooklabError(
            _("exercises/{slug} is not as it was given").format(slug=slug),
            _("put the skeleton back first: hooklab reset {slug}").format(slug=slug),
        )
    return found


def _room(course: Course, room: str) -> Iterator[tuple[str, bytes]]:
    folder = course.root / room
    for name in sorted(files(folder)):
        # The course has pages about mistakes, too.
        if not (room.startswith("graders/") and name.partition("/")[0] in _AUTHORS):
            yield f"{room}/{name}", (folder / name).read_bytes()


def _catalogue(course: Course, slugs: Collection[str]) -> str:
    """The catalogue without the exercises that are not handed out."""
    text = (course.root / _CATALOGUE).read_text(encoding="utf-8")
    tables = re.split(r"^(?=\[\[)", text, flags=re.MULTILINE)
    return "".join(
        table for table in tables if not (found := _SLUG.search(table)) or found[1] in slugs
    )
