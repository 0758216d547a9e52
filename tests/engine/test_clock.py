"""Time zones in an app whose clock is held: what the clock's change of hands must not break."""

TWICE = """
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    from fastapi import FastAPI

    # Summer time ends at one o'clock UTC: half past two comes twice.
    SECOND = 1_761_442_200  # 2025-10-26T01:30:00Z

    def create_app(settings):
        app = FastAPI()
        paris = ZoneInfo("Europe/Paris")

        @app.get("/")
        def times() -> list[str]:
            utc = datetime(2025, 10, 26, 0, 30, tzinfo=UTC) + timedelta(hours=1)
            local = datetime.fromtimestamp(SECOND, paris)
            return [
                each.isoformat()
                for each in (utc.astimezone(paris), local, local.astimezone(UTC))
            ]

        return app
"""


def test_an_hour_that_comes_twice_is_told_from_the_first(open_lab):
    second = "2025-10-26T02:30:00+01:00"
    assert open_lab(TWICE).app.get("/").json == [second, second, "2025-10-26T01:30:00+00:00"]


HERE = """
    import time
    from datetime import UTC, date, datetime

    from fastapi import FastAPI

    def create_app(settings):
        app = FastAPI()

        @app.get("/")
        def clocks() -> list[str]:
            now = datetime.now()
            return [
                now.isoformat(),
                datetime.fromtimestamp(time.time()).isoformat(),
                time.strftime("%Y-%m-%dT%H:%M:%S"),
                now.astimezone(UTC).isoformat(),
                datetime.fromtimestamp(now.timestamp(), UTC).isoformat(),
                datetime.now(UTC).isoformat(),
                datetime.now().astimezone().isoformat(),
                datetime.utcnow().isoformat(),
                date.today().isoformat(),
            ]

        return app
"""


def clocks(local, offset):
    utc = "2026-03-10T20:00:00"
    aware = [f"{utc}+00:00"] * 3
    return [*[local] * 3, *aware, f"{local}{offset}", utc, local[:10]]


def test_an_app_can_live_in_another_zone(open_lab):
    lab = open_lab(HERE)
    lab.clock.advance(hours=11)
    assert lab.app.get("/").json == clocks("2026-03-10T20:00:00", "+00:00")
    lab.app.restart(TZ="Asia/Kolkata")
    assert lab.app.get("/").json == clocks("2026-03-11T01:30:00", "+05:30")
    lab.app.restart()
    assert lab.app.get("/").json == clocks("2026-03-10T20:00:00", "+00:00")


def test_each_seed_draws_a_zone_that_is_not_utc(open_lab):
    drawn = {seed: open_lab(HERE, seed=seed).draw.zone() for seed in (1, 2, 1, 3, 4)}
    assert len(set(drawn.values())) > 1
    for zone in drawn.values():
        lab = open_lab(HERE)
        lab.app.restart(TZ=zone)
        assert f"TZ='{zone}'" in str(lab.journal)
        local, *_rest, utc, _day = lab.app.get("/").json
        assert local != utc
