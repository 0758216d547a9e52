"""A class on a Dask cluster: of two worker processes on this machine, one of which is killed."""

import os
import shutil
import signal
from dataclasses import replace

import pytest

import hooklab
from hooklab.classroom.cards import as_data
from hooklab.classroom.cluster import ClusterGraders
from hooklab.classroom.cluster_worker import Carried, Parcel, grade_parcel, pack
from hooklab.classroom.graders import Graders, Task
from hooklab.classroom.hand_ins import Collector
from hooklab.errors import HooklabError
from hooklab.worker.isolation import CHOICE

pytest.importorskip("distributed")
# Dask's own, which nobody here can mend.
pytestmark = [pytest.mark.load, pytest.mark.filterwarnings("ignore")]

SEED = 7
ANSWERS = 6


@pytest.fixture
def cluster():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        yield cluster


@pytest.fixture
def tasks(course, class_):
    """Right and wrong answers, no two of them the same."""
    for number in range(ANSWERS):
        room = course.skeleton if number % 3 == 2 else course.solution
        answer = shutil.copytree(room("ledger"), class_ / f"learner{number}/ledger")
        with (answer / "app.py").open("a", encoding="utf-8") as file:
            file.write(f"\nNUMBER = {number}\n")
    found = Collector(course, [], None).collect(class_.folder)
    return [Task(each, SEED) for each in found.hand_ins]


def results(graders, tasks) -> dict:
    return {task.hand_in.learner.id: graded for task, graded in graders.grade(tasks)}


def plain(graded) -> dict:
    """A result without its times."""
    assert graded.failure == ""
    data = as_data(graded.card)
    for exercise in data["exercises"]:
        for criterion in exercise["criteria"]:
            for check in criterion["checks"]:
                check["seconds"] = 0
    return data


def test_a_cluster_gives_the_results_of_this_machine_though_a_worker_dies(
    course, tasks, cluster, class_
):
    with Graders(course, jobs=2) as graders:
        here = results(graders, tasks)
    # The machines of a cluster see nobody's folders.
    kept = [replace(task, hand_in=carried(task.hand_in)) for task in tasks]
    shutil.rmtree(class_.folder)
    there = {}
    with ClusterGraders(course, cluster.scheduler_address, unconfined=True) as graders:
        for task, graded in graders.grade(kept):
            there[task.hand_in.learner.id] = graded
            if len(there) == 1:
                assert graders.longest()[1] > 0
                [victim, *_others] = graders._client.run(os.getpid).values()
                os.kill(victim, signal.SIGKILL)
    assert len(there) == ANSWERS
    assert {who: plain(each) for who, each in there.items()} == {
        who: plain(each) for who, each in here.items()
    }
    assert {each.card.earned for each in there.values()} == {0.0, 3.0}


def carried(hand_in) -> Carried:
    return Carried(**vars(hand_in), contents=hand_in.read())


def parcel(course, task, **different) -> Parcel:
    values = {
        "course": pack(course, {"ledger"}),
        "engine": hooklab.__version__,
        "task": task,
        "database": None,
        "unconfined": True,
        "language": "en",
        **different,
    }
    return Parcel(**values)


def test_the_command_grades_on_a_cluster(
    course, class_, cluster, hooklab, book_file, statuses, tmp_path
):
    shutil.copytree(course.solution("knock"), class_ / "ada/knock")
    shutil.copytree(course.solution("ledger"), class_ / "bob/ledger")
    address = cluster.scheduler_address
    command = ("class", "grade", class_.folder, "--gradebook", book_file, "--allow-unconfined")
    code, out, err = hooklab(*command, "--scheduler", address)
    assert code == 0, err
    assert out.startswith("knock: 1 graded\nledger: 1 graded\n")
    assert statuses() == {("ada", "knock"): ("graded", 2.5), ("bob", "ledger"): ("graded", 3.0)}
    code, _out, err = hooklab(*command, "--scheduler", address, "--jobs", 2)
    assert code == 2
    assert "leave one of them out" in err


def test_a_machine_that_is_not_fit_says_why(course, tasks, monkeypatch):
    task = replace(tasks[0], hand_in=carried(tasks[0].hand_in))
    card, failure = grade_parcel(parcel(course, task, engine="0.0.9"))
    assert card is None
    assert "install the same version" in failure
    monkeypatch.setenv(CHOICE, "process")
    card, failure = grade_parcel(parcel(course, task, unconfined=False))
    assert card is None
    assert "--allow-unconfined" in failure
    assert (
        "installez la même version"
        in grade_parcel(parcel(course, task, engine="0.0.9", language="fr"))[1]
    )


def test_what_a_machine_gets_has_no_known_answers(course):
    from pickle import loads
    from zlib import decompress

    mistakes = course.grader("knock") / "mistakes"
    mistakes.mkdir(exist_ok=True)
    (mistakes / "wrong.patch").write_text("secret")
    names = loads(decompress(pack(course, {"knock"}))).keys()
    assert {"graders/course.toml", "graders/knock/rubric.toml", "solutions/knock/app.py"} < names
    assert not any("mistakes" in name or "ledger/" in name for name in names)


def test_where_no_scheduler_is_the_address_is_told(course, monkeypatch):
    monkeypatch.setattr("hooklab.classroom.cluster.CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://"):
        with pytest.raises(HooklabError, match="no scheduler answers at") as caught:
            ClusterGraders(course, address)
        assert "dask scheduler" in caught.value.hint
