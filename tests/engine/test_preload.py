"""Libraries that an answer names are imported once for all its workers, and behave the same."""

import subprocess
import sys
import time

import pytest

from hooklab.worker import launch
from hooklab.worker.forkserver import IDLE_SECONDS

ONLY_ITS_OWN = """
import sys
from pathlib import Path
from hooklab.worker.preload import preload

loaded = preload(Path(sys.argv[1]))
print(*sorted({name.split(".")[0] for name in loaded}))
"""


def loaded_for(folder) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", ONLY_ITS_OWN, str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(run.stdout.split())


def test_what_an_answer_names_is_loaded(write_app):
    folder = write_app("def late():\n    from segment.analytics import Client\n")
    assert "segment" in loaded_for(folder)


def test_nothing_but_the_kits_libraries_is_loaded(write_app):
    folder = write_app("import antigravity, app\nfrom .models import User\nimport redis_fake\n")
    assert loaded_for(folder) == set()


def test_what_cannot_be_imported_is_left_to_the_worker(write_app):
    assert loaded_for(write_app("import stripe.no_such_module\n")) <= {"stripe"} | loaded_for(
        write_app("import stripe\n")
    )


@pytest.mark.parametrize("early", [True, False])
def test_a_preloaded_library_follows_the_graders_clock(write_app, open_lab, early):
    folder = write_app("""
        from fastapi import FastAPI
        from segment.analytics import client

        def create_app(settings):
            app = FastAPI()
            app.get("/now")(lambda: client.datetime.now().isoformat())
            return app
    """)
    own = launch.start_launcher()
    try:
        if early:
            own.preload(folder)
        lab = open_lab(folder, by=own)
        lab.clock.advance(days=1)
        assert lab.app.get("/now").json == lab.clock.now().replace(tzinfo=None).isoformat()
    finally:
        own.close()


def test_a_waiting_worker_that_knows_nothing_of_a_new_library_is_replaced(write_app, open_lab):
    folder = write_app("""
        import sys
        KNOWN = "segment.analytics" in sys.modules
        from fastapi import FastAPI
        import segment.analytics

        def create_app(settings):
            app = FastAPI()
            app.get("/known")(lambda: KNOWN)
            return app
    """)
    own = launch.start_launcher()
    try:
        own.prepare(1)
        # Whoever waits is made in a pause.
        time.sleep(IDLE_SECONDS + 0.5)
        own.preload(folder)
        assert open_lab(folder, by=own).app.get("/known").json is True
    finally:
        own.close()
