"""`hooklab class handout`: what learners get, and nothing that tells the answers."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from hooklab import catalogue, todo_markers, walks
from hooklab.cli.main import main
from hooklab.quiz import bank
from hooklab.quiz.draw import draw

from .test_report import CLASSROOM50

ROOT = Path(__file__).parents[2]
SLUG = "clerk_endpoint"


@pytest.fixture(scope="module")
def handout(tmp_path_factory) -> Path:
    """The real course, with two of its exercises, and the autograder of one."""
    folder = tmp_path_factory.mktemp("handout")
    make(folder / "two", SLUG, "environments")
    make(folder / "one", SLUG, "--gradescope", str(folder / "autograder.zip"))
    return folder


def make(folder: Path, *arguments: str) -> None:
    run(ROOT, "class", "handout", str(folder), *arguments)


def run(where: Path, *arguments: str, **environment: str) -> str:
    process = subprocess.run(
        [sys.executable, "-m", "hooklab", *arguments],
        cwd=where,
        env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def answers(course: catalogue.Course) -> list[str]:
    """What is cut from the solutions: the code of each answer, without its markers."""
    found = []
    for exercise in course.exercises:
        for path in course.solution(exercise.slug).rglob("*.py"):
            lines = path.read_text(encoding="utf-8").split("\n")
            for each in todo_markers.read("\n".join(lines), path.name)[0]:
                code = lines[each.lines.start + each.markers : each.lines.stop]
                # One line may stand anywhere by chance.
                if len(code) > 1:
                    found.append("\n".join(code))
    return found


def test_no_file_has_the_code_of_an_answer(handout):
    texts = [
        path.read_text(encoding="utf-8", errors="replace")
        for path in (handout / "two").rglob("*")
        if path.is_file()
    ]
    cut = answers(catalogue.load(ROOT))
    assert len(cut) > 50
    assert [code for code in cut if any(code in text for text in texts)] == []


def test_it_has_the_exercises_named_and_no_authors_material(handout):
    folder = handout / "two"
    course = catalogue.load(folder)
    assert [each.slug for each in course.exercises] == [SLUG, "environments"]
    for room in ("exercises", "given", "graders"):
        assert {each.name for each in (folder / room).iterdir() if each.is_dir()} == {
            SLUG,
            "environments",
        }
    assert not (folder / "solutions").exists()
    assert not (folder / "tests").exists()
    assert not [*folder.glob("graders/*/mistakes"), *folder.glob("graders/*/others")]
    assert (folder / ".github/workflows/classroom.yml").is_file()
    assert "--hash=sha256" in (folder / "requirements/grade.txt").read_text(encoding="utf-8")
    assert "[README.md]" not in (folder / "LISEZMOI.md").read_text(encoding="utf-8")


def test_nothing_walks_through_a_solution_in_words(handout):
    """Which the course does, page by page, for those who have the solutions."""
    course = handout / "two" / "course"
    told = catalogue.load(ROOT).root / walks.FILE
    sentences = [text for text in told.read_text("utf-8").split('"') if len(text) > 40]
    assert len(sentences) > 50
    pages = [path for path in course.rglob("*") if path.suffix in (".md", ".toml", ".po")]
    texts = {path: path.read_text("utf-8") for path in pages}
    assert [path for path, text in texts.items() if any(each in text for each in sentences)] == []
    # The other items of its list stay.
    assert "clerk.com/docs/guides" in texts[course / "en" / "exercises" / f"{SLUG}.md"]
    assert [path for path, text in texts.items() if "reviews/" in text] == []
    assert not [*course.glob("*/reviews")]


def test_learners_begin_and_go_back_without_solutions_and_without_git(handout, tmp_path):
    folder = tmp_path / "clone"
    shutil.copytree(handout / "two", folder)
    kit = {"PYTHONPATH": str(folder / "src")}
    assert "Not started yet" in run(folder, "grade", **kit)
    answer = folder / "exercises" / SLUG / "signature.py"
    given = answer.read_bytes()
    answer.write_text("mine = 1\n", encoding="utf-8")
    run(folder, "reset", SLUG, **kit)
    assert answer.read_bytes() == given
    shutil.rmtree(folder / "exercises" / SLUG)
    shutil.copytree(ROOT / "solutions" / SLUG, folder / "exercises" / SLUG)
    out = run(folder, "grade", SLUG, **kit)
    assert "20/20" in out
    assert "hooklab compare" not in out


def test_the_autograder_grades_an_upload_and_tells_of_one_that_it_cannot(handout, tmp_path):
    with zipfile.ZipFile(handout / "autograder.zip") as archive:
        archive.extractall(tmp_path)
        assert archive.getinfo("run_autograder").external_attr >> 16 == 0o100755
    install(tmp_path / "course")
    upload = tmp_path / "upload"
    shutil.copytree(ROOT / "solutions" / SLUG, upload / "exercises" / SLUG)
    results = [grade(tmp_path, each) for each in (upload, upload / "exercises" / SLUG)]
    assert [result["score"] for result in results] == [20, 20]
    assert all(result["tests"] for result in results)
    shutil.rmtree(upload)
    upload.mkdir()
    refused = grade(tmp_path, upload)
    assert refused["score"] == 0
    assert refused["output"]


def test_what_needs_a_solution_says_that_there_is_none(handout, capsys, monkeypatch):
    monkeypatch.chdir(handout / "two")
    monkeypatch.setenv("HOOKLAB_LANG", "en")
    for command in (
        *(("grade", SLUG, "--solutions"), ("grade", "--solutions"), ("compare", SLUG)),
        *(("run", SLUG, "--solutions"), ("lab", SLUG, "--solutions")),
    ):
        assert main(list(command)) == 2
        said = capsys.readouterr().err
        assert "this folder has no solutions\nhint: ask the person who teaches your class" in said


def test_the_quiz_asks_about_nothing_that_is_not_there(handout, tmp_path):
    folder = tmp_path / "clone"
    shutil.copytree(handout / "one", folder)
    # A learner may keep notes in a folder of that name.
    (folder / "graders" / SLUG / "mistakes").mkdir()
    asked, every = bank.load(catalogue.load(folder)), bank.load(catalogue.load(ROOT))
    assert {each.id for each in every.questions if not each.listing} == {
        each.id for each in asked.questions
    }
    assert all(
        (folder / "course/en" / each.section.partition("#")[0]).is_file()
        for each in asked.questions
    )
    assert len(draw(asked, asked.length, seed=1)) == asked.length


def install(folder: Path) -> None:
    """Make an environment of what is installed here already."""
    (folder / ".venv/bin").mkdir(parents=True)
    for name, words in (("python", ""), ("hooklab", " -m hooklab")):
        program = folder / ".venv/bin" / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable}{words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)


def test_the_workflow_writes_a_result_of_classroom_50(handout, tmp_path):
    folder = tmp_path / "clone"
    shutil.copytree(handout / "two", folder)
    install(folder)
    workflow = yaml.safe_load((folder / ".github/workflows/classroom.yml").read_text("utf-8"))
    steps = workflow["jobs"]["grade"]["steps"]
    grading = next(step["run"] for step in steps if "hooklab grade" in step.get("run", ""))
    commit = "5ca1ab1e" * 5
    push = {
        "GITHUB_REPOSITORY": "web-2026/webhooks-ada",
        "GITHUB_ACTOR": "ada",
        "GITHUB_ACTOR_ID": "4711",
        "GITHUB_SHA": commit,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PYTHONPATH": str(folder / "src"),
        "LC_ALL": "C.UTF-8",
    }
    command = ["bash", "-e", "-c", grading]
    subprocess.run(command, check=True, cwd=folder, env={**os.environ, **push})
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    jsonschema.validate(result, CLASSROOM50)
    assert result["classroom"] == "web-2026"
    assert (result["assignment"], result["owner"]) == ("webhooks", "ada")
    assert result["submitted_by"] == {"username": "ada", "id": 4711}
    assert result["commit"] == f"https://github.example/web-2026/webhooks-ada/commit/{commit}"
    assert result["submission"].endswith("-5ca1ab1")
    assert (result["score"], result["max-score"]) == (0, 2 * points(folder))
    assert json.loads((folder / "scorecard.json").read_text(encoding="utf-8"))["exercises"]
    assert "(0/20)" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    kept = next(step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", ""))
    assert kept.split() == ["scorecard.json", "result.json"]


def points(folder: Path) -> float:
    return sum(each.points for each in catalogue.load(folder).exercises)


def grade(source: Path, upload: Path) -> dict:
    places = {"SOURCE": source, "SUBMISSION": upload, "RESULTS": source / "results"}
    environment = {name: str(path) for name, path in places.items()}
    kit = {"PYTHONPATH": str(source / "course/src"), "LC_ALL": "C.UTF-8"}
    command = ["bash", str(source / "run_autograder")]
    subprocess.run(command, check=True, env={**os.environ, **kit, **environment})
    return json.loads((source / "results/results.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["taken", "knock"], "is not empty"),
        (["new", "knok"], "knock"),
        (["new", "--gradescope", "a.zip"], "name one: hooklab class handout"),
        (["/dev/null/x", "knock"], "cannot be written"),
        (["new", "ledger"], "exercises/ledger is not as it was given"),
    ],
)
def test_a_mistake_in_the_command_writes_nothing(hooklab, course, arguments, said):
    (course.root / "taken").mkdir()
    (course.root / "taken/letter.txt").write_text("mine", encoding="utf-8")
    begun = course.skeleton("ledger") / "app.py"
    begun.write_text("mine = 1\n", encoding="utf-8")
    code, out, err = hooklab("class", "handout", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not (course.root / "new").exists()
    assert [path.name for path in (course.root / "taken").iterdir()] == ["letter.txt"]
