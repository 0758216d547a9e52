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
