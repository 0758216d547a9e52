"""The editor's files: valid, about commands that there are, and set up as the README says."""

import json
import re
from pathlib import Path

import pytest

from hooklab.cli.commands import _commands

ROOT = Path(__file__).parents[1]
TASKS = json.loads((ROOT / ".vscode/tasks.json").read_text(encoding="utf-8"))["tasks"]
OPEN_FILE = "${fileDirnameBasename}"


def read(path: str):
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task["label"])
def test_a_task_runs_a_command_as_it_is_installed(task):
    assert task["type"] == "process"
    assert task["command"] == "${workspaceFolder}/.venv/bin/hooklab"
    assert task["windows"]["command"] == r"${workspaceFolder}\.venv\Scripts\hooklab.exe"
    command, *arguments = task["args"]
    assert command in _commands()
    assert task["label"].startswith(f"hooklab {command}")
    assert ("SLUG" in task["label"]) == (OPEN_FILE in arguments)
    english, french = task["detail"].split(" · ")
    assert english != french


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task["label"])
def test_a_tasks_arguments_are_understood(task, monkeypatch, capsys):
    from hooklab.cli.main import main

    monkeypatch.chdir(ROOT)
    arguments = [part.replace(OPEN_FILE, "clerk_endpoint") for part in task["args"]]
    # The help is eager, but what stands before it is parsed.
    assert main([*arguments, "--help"]) == 0
    assert f"hooklab {arguments[0]}" in capsys.readouterr().out


def test_there_is_a_task_for_what_a_learner_does_most():
    assert {task["args"][0] for task in TASKS} >= {"grade", "watch", "lab"}
    assert [task["args"][0] for task in TASKS if task.get("group", {}).get("isDefault")] == [
        "grade"
    ]


def test_the_test_view_shows_the_graders():
    settings = read(".vscode/settings.json")
    assert settings["python.testing.pytestEnabled"] is True
    for folder in settings["python.testing.pytestArgs"]:
        assert (ROOT / folder / "course.toml").is_file()


def test_a_container_is_set_up_as_the_readme_says():
    container = read(".devcontainer/devcontainer.json")
    version = re.fullmatch(r".*/python:3\.(\d+)", container["image"])
    assert int(version[1]) >= 11
    command = container["postCreateCommand"]
    assert f"\n{command}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    program, target = command.split()
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert program == "make"
    assert re.search(rf"^{target}: \$\(GRADE\)", rules, re.MULTILINE)
    assert "--require-hashes --requirement requirements/grade.txt" in rules
    folder = container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert folder == "${containerWorkspaceFolder}/.venv/bin/python"
