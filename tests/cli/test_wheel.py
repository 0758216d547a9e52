"""The package as it is installed: what its wheel carries, and what no app reads of it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import hooklab as package
from hooklab.worker import wall

ROOT = Path(__file__).parents[2]


def test_where_the_package_is_installed_no_app_reads_its_course(tmp_path, monkeypatch):
    kit = tmp_path / "hooklab"
    for folder in (kit / "course/solutions", kit / "services", tmp_path / "fastapi"):
        folder.mkdir(parents=True)
    path_of = sysconfig.get_path
    installed = {"purelib": str(tmp_path), "platlib": str(tmp_path)}
    monkeypatch.setattr(sysconfig, "get_path", lambda name: installed.get(name) or path_of(name))
    monkeypatch.setattr(package, "__file__", str(kit / "__init__.py"))
    readable = [path for path, _access in wall.survey.__wrapped__()]
    assert {tmp_path / "fastapi", kit / "services"} <= {*readable}
    assert not any((kit / "course/solutions").is_relative_to(path) for path in readable)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The real package, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def run(wheel: Path, where: Path, *arguments: str) -> str:
    process = subprocess.run(
        [sys.executable, "-m", "hooklab", *arguments],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(wheel), "LC_ALL": "C.UTF-8", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_the_wheel_carries_the_course_and_grades_it(wheel, tmp_path):
    assert "clerk_endpoint" in run(wheel, tmp_path, "new", "mine")
    mine = tmp_path / "mine"
    card = json.loads(run(wheel, mine, "grade", "clerk_endpoint", "--format", "json"))
    assert card["exercises"][0]["earned"] == 0
    assert card["exercises"][0]["points"] == 20
    assert run(wheel, mine, "update") == (
        f"This folder has the course of hooklab {package.__version__}.\n"
    )
    code = [sys.executable, "-c", "import hooklab; print(hooklab.__file__)"]
    used = subprocess.run(
        code,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(used.stdout.strip()).is_relative_to(wheel)


def test_the_wheel_carries_every_file_but_the_authors(wheel):
    folder = wheel / "hooklab/course"
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    rooms = ("course", "exercises", "graders", "notebooks", "solutions")
    wanted = {
        path.relative_to(ROOT)
        for room in rooms
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not is_left_out(path.relative_to(ROOT))
    }
    assert found == wanted


def is_left_out(path):
    """Whether only authors need it, or git ignores it."""
    # What `hooklab reset` has kept has a date behind a dot in its folder's name.
    kept = path.parts[0] == "exercises" and "." in path.parts[1]
    # The course has pages about mistakes, too.
    authors = path.parts[0] == "graders" and {"mistakes", "others"} & {*path.parts}
    return kept or bool(authors or {"__pycache__", ".ipynb_checkpoints"} & {*path.parts})


def test_the_wheel_carries_the_steps_of_the_gradebook(wheel, tmp_path):
    run(wheel, tmp_path, "new", "mine")
    mine, answer = tmp_path / "mine", tmp_path / "class/ada/clerk_endpoint"
    shutil.copytree(mine / "exercises/clerk_endpoint", answer)
    arguments = ("class", "grade", tmp_path / "class", "--gradebook", tmp_path / "grades.db")
    out = run(wheel, mine, *map(str, arguments), "--allow-unconfined")
    assert out == "clerk_endpoint: 1 not started\n"
