"""Settings that one exercise alone has: described by the course, whatever the answer says."""

import re
from pathlib import Path
from random import Random
from textwrap import dedent

import pytest

from hooklab import catalogue
from hooklab.authoring.example import FILE, example
from hooklab.catalogue import own_settings
from hooklab.errors import HooklabError
from hooklab.services import Settings
from hooklab.worker.course_settings import draw, load_settings
from hooklab.worker.launch import SpawnLauncher

ROOT = Path(__file__).parents[2]
COURSE = catalogue.load(ROOT)
OWN = {
    exercise.slug: file
    for exercise in COURSE.exercises
    if (file := own_settings(COURSE.grader(exercise.slug))).is_file()
}


def of_its_own(slug):
    kind = load_settings(OWN[slug])
    return kind.model_fields.keys() - Settings.model_fields.keys()


@pytest.mark.parametrize("slug", OWN)
def test_an_exercises_settings_add_to_the_common_ones(slug):
    kind = load_settings(OWN[slug])
    assert issubclass(kind, Settings)
    assert kind.__annotations__.keys() == of_its_own(slug)
    assert (COURSE.skeleton(slug) / "settings.py").read_bytes() == OWN[slug].read_bytes()


def test_the_engine_names_no_exercises_setting():
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    words = {word.lower() for word in re.findall(r"\w+", source)}
    assert {name for slug in OWN for name in of_its_own(slug)} & words == set()


def test_the_example_is_what_the_program_writes():
    written = (ROOT / FILE).read_text(encoding="utf-8")
    assert written == example(COURSE), f"{FILE} is stale; write it again with: hooklab settings"


def test_the_example_lists_every_setting_with_its_default():
    lines = (ROOT / FILE).read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split("=", 1)) for line in lines if line and not line.startswith("#")]
    kinds = [Settings, *map(load_settings, OWN.values())]
    fields = {name: field for kind in kinds for name, field in kind.model_fields.items()}
    assert sorted(name.lower() for name, _value in pairs) == sorted(fields)
    for name, value in pairs:
        default = fields[name.lower()].default
        plain = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        assert value == str(plain)


DESCRIBED = """
    from typing import Annotated

    from pydantic import SecretStr

    from hooklab.services import Drawn
    from hooklab.services import Settings as CommonSettings


    class Settings(CommonSettings):
        door_colour: str = "red"
        door_code: Annotated[str, Drawn("code-", 4, "!", of="01")] = "none"
        door_key: Annotated[SecretStr, Drawn("key_")] = SecretStr("")
"""

IN_ONE_FILE = """
    from fastapi import FastAPI

    from hooklab.services import Settings

    def create_app(settings: Settings) -> FastAPI:
        app = FastAPI()
        app.get("/")(lambda: settings.door_colour + " " + settings.door_key.get_secret_value())
        return app
"""

WITH_ITS_OWN = """
    from fastapi import FastAPI

    from .settings import Settings

    def create_app(settings: Settings) -> FastAPI:
        app = FastAPI()
        app.get("/")(lambda: settings.door_colour + " " + settings.door_key.get_secret_value())
        app.get("/same")(lambda: type(settings) is Settings)
        return app
"""

TELL = """
    def test_door(lab):
        wanted = "red " + lab.settings["DOOR_KEY"]
        lab.require(lab.app.get("/").json == wanted, en=wanted, fr=wanted)

    def test_twin(lab):
        lab.require(lab.app.get("/same").json is True, en="the same", fr="la même")
"""


@pytest.fixture
def described(sample):
    """A course whose exercise has settings of its own."""
    sample.write(TELL, "door", "twin")
    folder = sample.root / "solutions" / "sample"
    folder.mkdir(parents=True)
    (folder / "settings.py").write_text(dedent(DESCRIBED), encoding="utf-8")
    return sample


@pytest.fixture(params=["fork", "spawn"])
def started(request, described, monkeypatch):
    """The same, with apps that are forked, then with apps that are spawned."""
    if request.param == "spawn":
        monkeypatch.setattr(described, "_launcher", SpawnLauncher())
    yield described
    if request.param == "spawn":
        described._launcher.close()


def test_an_answer_in_one_file_gets_every_setting(started):
    started.write_app(IN_ONE_FILE)
    assert started.grade()["door"].outcome == "earned"


def test_the_answers_own_description_decides_nothing(started):
    started.write_app(WITH_ITS_OWN)
    own = dedent(DESCRIBED).replace('"red"', '"blue"')
    (started.answer / "settings.py").write_text(own, encoding="utf-8")
    outcomes = {id_: check.outcome for id_, check in started.grade().items()}
    assert outcomes == {"door": "earned", "twin": "not_earned"}


def test_a_given_description_is_not_built_twice(started):
    started.write_app(WITH_ITS_OWN)
    (started.answer / "settings.py").write_text(dedent(DESCRIBED), encoding="utf-8")
    assert {check.outcome for check in started.grade().values()} == {"earned"}


def test_a_description_that_changes_is_read_again(described):
    described.write_app(IN_ONE_FILE)
    file = own_settings(described.grader)
    assert described.grade()["door"].outcome == "earned"
    file.write_text(dedent(DESCRIBED).replace('"red"', '"blue"'), encoding="utf-8")
    assert described.grade()["door"].outcome == "not_earned"


def test_reading_a_description_leaves_nothing_beside_it(started):
    started.write_app(IN_ONE_FILE)
    started.grade()
    file = own_settings(started.grader)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("text", ["class Settings(:", "x = 1", "import no_such_module"])
def test_a_description_that_cannot_be_used_is_a_fault_of_the_course(started, text):
    file = own_settings(started.grader)
    file.write_text(text, encoding="utf-8")
    check = started.grade()["door"]
    assert check.outcome == "could_not_grade"
    assert f"{file} cannot be used" in check.message


def test_a_description_that_breaks_meanwhile_ends_nobody(started):
    file, launcher = own_settings(started.grader), started._launcher
    text = file.read_text(encoding="utf-8")
    launcher.preload(started.answer, file)
    file.write_text("class Settings(:", encoding="utf-8")
    with pytest.raises(HooklabError, match="cannot be used"):
        launcher.draw(file, "7")
    file.write_text(text, encoding="utf-8")
    assert launcher.draw(file, "7")["DOOR_KEY"]


def test_values_are_drawn_as_the_description_says(described):
    kind = load_settings(own_settings(described.grader))
    values = draw(kind, Random("a"))
    assert re.fullmatch(r"code-[01]{4}!", values["DOOR_CODE"])
    assert re.fullmatch(r"key_[0-9a-f]{32}", values["DOOR_KEY"])
    assert "DOOR_COLOUR" not in values
    assert values == draw(kind, Random("a")) != draw(kind, Random("b"))
    secrets = draw(kind, Random("a"), secrets_only=True)
    assert "DOOR_KEY" in secrets
    assert not {"DOOR_CODE", "APP_URL"} & secrets.keys()


def test_a_launcher_draws_alike_whatever_it_is(started, launcher):
    file = own_settings(started.grader)
    drawn = [each.draw(file, "7") for each in (launcher, started._launcher)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != launcher.draw(file, "8")
