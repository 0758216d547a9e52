"""`pytest graders/<slug>` grades, and files that a learner keeps beside the app change nothing."""

import os
import re
import subprocess
import sys

import pytest

SUSPICIOUS = {
    "conftest.py": "raise RuntimeError('a conftest that is broken')\n",
    "pytest.ini": "[pytest]\naddopts = --collect-only -p no:hooklab\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-k nothing'\n",
    "tox.ini": "[pytest]\nqmark = 1\n",
    "json.py": "raise RuntimeError('my own json')\n",
    "pytest.py": "raise RuntimeError('my own pytest')\n",
    "fastapi.py": "raise RuntimeError('my own fastapi')\n",
    "sitecustomize.py": "raise RuntimeError('my own site')\n",
    "svix/__init__.py": "raise RuntimeError('my own svix')\n",
}


def pytest_in(folder, *arguments):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "HOOKLAB_", "LC_", "LANG"))
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--import-mode=importlib", *arguments],
        cwd=folder,
        env={**environment, "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_plain_pytest_prints_the_scorecard(own_toy):
    run = pytest_in(own_toy.root, "graders/knock", "--solutions")
    assert run.returncode == 0, run.stdout
    assert "knock · Knock at the door" in run.stdout
    assert "2.5/4" in run.stdout
    assert "4 passed" in run.stdout


def test_plain_pytest_grades_the_learners_folder_and_tells_the_story(own_toy):
    run = pytest_in(own_toy.root, "graders/knock", "--lang", "fr")
    assert run.returncode == 1
    said = "le TODO 1 reste à faire (NotImplementedError)\u00a0: exercises/knock/greeting.py:7"
    assert said in run.stdout
    assert "NotImplementedError" in run.stdout
    assert "On répond quand quelqu'un frappe" in run.stdout
    assert "0/4" in run.stdout


def test_plain_pytest_draws_a_seed_for_the_answer_of_somebody_else(own_toy):
    theirs = ("graders/knock", "--lang", "en", "--submission", str(own_toy.solution("knock")))
    runs = [pytest_in(own_toy.root, *theirs, "--allow-unconfined") for _run in range(2)]
    one, other = (re.findall(r"seed: (\d+)", run.stdout) for run in runs)
    assert len(one) == len(other) == 1
    assert one != other
    again = pytest_in(own_toy.root, *theirs, "--allow-unconfined", "--grading-seed", one[0])
    assert f"seed: {one[0]}" in again.stdout


def test_plain_pytest_says_once_what_is_wrong_with_a_rubric(own_toy):
    (own_toy.root / "graders/knock/rubric.toml").write_text("[[criterion]\n")
    run = pytest_in(own_toy.root, "graders/knock")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert run.stderr.count("rubric.toml is not valid TOML") == 1
    assert "INTERNALERROR" not in run.stdout + run.stderr


def test_a_check_that_could_not_be_graded_is_a_failure_for_pytest_too(sample):
    sample.write(
        """
        import pytest

        def test_in_words(lab):
            pytest.skip("no time")

        @pytest.mark.skip
        def test_marked(lab):
            pass
        """,
        "in_words",
        "marked",
    )
    run = pytest_in(sample.root, "graders/sample", "-rs")
    assert run.returncode == 1, run.stdout
    assert "Skipped: no time" in run.stdout
    assert "1 failed, 1 error" in run.stdout
    assert "INTERNALERROR" not in run.stdout + run.stderr


@pytest.mark.parametrize("debugged", [False, True])
def test_pytests_debugger_opens_where_a_check_failed(sample, debugged):
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("418")\n', "home")
    run = pytest_in(sample.root, "graders/sample", *(["--pdb"] if debugged else []))
    assert ("-> raise CheckFailed(" in run.stdout) is debugged
    assert "the answer 418 to GET /" in run.stdout


def test_one_check_can_be_run_alone(own_toy):
    run = pytest_in(own_toy.root, "graders/ledger", "--solutions", "-k", "cron_greets_once")
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout
    assert "1/3" in run.stdout


def test_another_folder_can_be_graded(own_toy):
    answer = own_toy.solution("knock").rename(own_toy.root / "mine")
    run = pytest_in(own_toy.root, "graders/knock", "--submission", str(answer))
    assert "2.5/4" in run.stdout


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_files_beside_the_app_change_nothing(sample, name):
    sample.write('def test_home(lab):\n    lab.app.get("/").expect("2xx")\n', "home")
    for folder in (sample.answer, sample.answer.parent):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(SUSPICIOUS[name], encoding="utf-8")
    assert sample.grade()["home"].outcome == "earned"


def test_stale_compiled_files_are_not_read(sample):
    import py_compile

    sample.write('def test_home(lab):\n    lab.app.get("/").expect("2xx")\n', "home")
    app = sample.answer / "app.py"
    good, times = app.read_text(), app.stat()
    app.write_text("raise RuntimeError('stale')".ljust(len(good), "\n"), encoding="utf-8")
    os.utime(app, ns=(times.st_atime_ns, times.st_mtime_ns))
    py_compile.compile(str(app))
    app.write_text(good, encoding="utf-8")
    os.utime(app, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert sample.grade()["home"].outcome == "earned"
