"""The listings of module 6, run."""

from datetime import date
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, SQLModel, select

from hooklab.services import make_engine


@pytest.fixture(scope="module")
def shop(listing) -> ModuleType:
    return listing("print_jobs")


@pytest.fixture
def session(shop, tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    tables = [shop.PrintJob.__table__, shop.Alarm.__table__]
    SQLModel.metadata.create_all(engine, tables=tables)
    with Session(engine) as open_session:
        yield open_session
    engine.dispose()


def jam() -> None:
    raise RuntimeError("tray 2 of Ada's printer")


def test_a_job_has_one_row_and_stays_printed(shop, session):
    for work in (jam, lambda: None, jam):
        shop.note(session, "t1", 100, work)
    job = session.exec(select(shop.PrintJob)).one()
    assert (job.outcome, job.fault, job.sent_at) == ("printed", None, 100)


def test_a_fault_is_named_and_not_quoted(shop, session):
    shop.note(session, "t1", 100, jam)
    assert session.exec(select(shop.PrintJob.fault)).one() == "RuntimeError"
    assert shop.counts(session) == {"jammed": 1}


def add(shop, session, count, at=lambda n: n, seconds=lambda n: n):
    jobs = [
        shop.PrintJob(ticket=f"t{n}", outcome="printed", seconds=seconds(n), sent_at=at(n))
        for n in range(1, count + 1)
    ]
    session.add_all(jobs)
    session.commit()


@pytest.mark.parametrize(("count", "found"), [(0, None), (1, 1), (10, 9), (11, 10)])
def test_nine_of_ten_is_the_nearest_rank(shop, session, count, found):
    add(shop, session, count)
    assert shop.nine_of_ten(session) == found


def test_a_day_of_23_hours_is_a_day(shop, session):
    zone = ZoneInfo("Europe/Paris")
    first, after = (shop.opening(date(2026, 3, day), zone) for day in (29, 30))
    assert after - first == 23 * 3600
    add(shop, session, 4, at=lambda n: [first - 1, first, after - 1, after][n - 1])
    assert shop.printed_between(session, first, after) == 2


def test_pages_hold_while_jobs_arrive(shop, session):
    add(shop, session, 7, at=lambda n: n // 3)
    seen, place = [], None
    while page := shop.older(session, place, 2):
        seen += [job.ticket for job in page]
        place = (page[-1].sent_at, page[-1].id)
        session.add(shop.PrintJob(ticket=f"new{place}", outcome="printed", seconds=1, sent_at=9))
        session.commit()
    assert seen == ["t7", "t6", "t5", "t4", "t3", "t2", "t1"]


def test_text_stays_text_and_stamps_are_ours(shop):
    job = shop.PrintJob(ticket="<b>", outcome="jammed", seconds=1, sent_at=1, fault="</td><script>")
    assert shop.line(job) == (
        "<tr><th scope='row'>&lt;b&gt;</th><td>&lt;/td&gt;&lt;script&gt;</td></tr>"
    )
    assert shop.is_ours("secret", "print", shop.stamp("secret", "print"))
    assert not shop.is_ours("secret", "print", shop.stamp("guess", "print"))


def test_the_bell_rings_once_in_a_while(shop, session):
    session.add(shop.Alarm(id=1))
    rung = [shop.ring(session, now, silence=60) for now in (100, 100, 159, 160)]
    assert rung == [True, False, False, True]
