"""Processes that really grade: the toy course, behind the wall where there is one."""

import os
import shutil
import signal
import sys
import threading
import time
from dataclasses import replace

import pytest

from hooklab.classroom import cores
from hooklab.classroom import graders as module
from hooklab.classroom.graders import Graders, Task
from hooklab.classroom.hand_ins import Collector
from hooklab.grading.options import Options
from hooklab.grading.run import grade as grade_one
from hooklab.limits import Limits
from hooklab.worker.descendants import family
from hooklab.worker.launch import start_launcher


@pytest.fixture
def tasks(course, class_):
    """A right and a wrong answer to each exercise, in folders and an archive."""
    for slug in ("knock", "ledger"):
        shutil.copytree(course.solution(slug), class_ / "ada" / slug)
        shutil.copytree(course.skeleton(slug), class_ / "bob" / slug)
    shutil.make_archive(str(class_ / "carol"), "gztar", class_ / "ada")
    found = Collector(course, [], None).collect(class_.folder)
    return [Task(each, seed=7) for each in found.hand_ins]


def test_many_at_once_earn_what_each_earns_alone(course, tasks):
    with Graders(course, jobs=2) as graders:
        together = {
            (task.hand_in.learner.id, task.hand_in.slug): graded
            for task, graded in graders.grade(tasks)
        }
    assert all(each.failure == "" for each in together.values())
    launcher = start_launcher()
    try:
        for slug in ("knock", "ledger"):
            options = Options(submission=course.solution(slug), seed=7)
            alone = grade_one(course, [slug], options, launcher=launcher)
            for learner in ("ada", "carol"):
                card = together[learner, slug].card
                assert card.earned == alone.earned > 0
                assert (card.seed, card.isolation) == (7, alone.isolation)
            lost = together["bob", slug].card
            assert lost.earned == 0
            told = "".join(check.message + check.hint for check in lost.exercises[0].checks)
            assert f"exercises/{slug}/" in told
            assert f"/exercises/{slug}/" not in told
    finally:
        launcher.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names the cores of a process")
def test_each_process_keeps_to_a_core_of_its_own_as_far_as_there_are_any(course, tasks):
    known = cores.known()
    assert cores.share(len(known)) == known
    assert cores.share(len(known) + 1) == [None] * (len(known) + 1)
    jobs = min(2, len(known))
    with Graders(course, jobs) as graders:
        for _task, _graded in graders.grade(tasks):
            # What they have started keeps to it, too.
            kept = [
                {frozenset(os.sched_getaffinity(pid)) for pid in family([each])}
                for each in graders.pids
            ]
            assert all(len(each) == 1 for each in kept)
        held = [next(iter(os.sched_getaffinity(pid))) for pid in graders.pids]
    assert sorted(held) == known[:jobs]


def test_a_process_that_is_killed_is_replaced_and_its_submission_tried_again(course, tasks):
    with Graders(course, jobs=1) as graders:

        def kill_the_first():
            while not graders._busy:
                time.sleep(0.01)
            [running] = graders._busy.values()
            os.kill(running.grader._process.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill_the_first)
        killer.start()
        results = [
            (task.hand_in.learner.id, graded.failure, graded.card is not None)
            for task, graded in graders.grade(tasks[:2])
        ]
        killer.join()
    # What was interrupted comes after all others.
    assert results == [("ada", "", True), ("ada", "", True)]


def test_a_process_that_has_graded_many_makes_way_for_another(course, tasks, monkeypatch):
    monkeypatch.setattr(module, "MOST_GRADED", 2)
    graded_by = []
    with Graders(course, jobs=1) as graders:
        for _task, graded in graders.grade(tasks[:3]):
            assert graded.failure == ""
            graded_by.append(graders.pids)
    first, gone, second = graded_by
    assert len(first) == len(second) == 1
    assert first != second
    assert gone == []


def test_what_always_fails_is_tried_twice_and_then_told(course, tasks, class_):
    (class_ / "ada/knock/app.py").write_text("changed since", encoding="utf-8")
    with Graders(course, jobs=1) as graders:
        [(task, graded)] = graders.grade(tasks[:1])
    assert task is tasks[0]
    assert graded.card is None
    assert "was changed" in graded.failure


def test_a_submission_that_takes_too_long_is_given_up(course, tasks, monkeypatch):
    course = replace(course, limits=Limits(submission_seconds=1))
    monkeypatch.setattr(module, "GRACE_SECONDS", -1)
    monkeypatch.setattr(module, "TRIES", 1)
    with Graders(course, jobs=1) as graders:
        [(_task, graded)] = graders.grade(tasks[:1])
        assert graders._idle == []
    assert graded.card is None
    assert "took more than 0 minutes" in graded.failure


def test_nothing_is_left_when_a_person_stops_it(course, tasks):
    def stop_after_the_first(graders):
        with graders:
            next(graders.grade(tasks))
            processes.extend(each.grader._process for each in graders._busy.values())
            raise KeyboardInterrupt

    processes = []
    with pytest.raises(KeyboardInterrupt):
        stop_after_the_first(Graders(course, jobs=2))
    assert processes
    assert [each.exitcode for each in processes] == [0] * len(processes)
