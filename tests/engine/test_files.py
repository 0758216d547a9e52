"""The files of an app, as a check sees them."""

import pytest

from hooklab.worker import isolation

WRITER = """
    import os
    from pathlib import Path
    from fastapi import BackgroundTasks, FastAPI

    def create_app(settings):
        app = FastAPI()

        def write():
            folder = Path("uploads") / "ada"
            folder.mkdir(parents=True)
            (folder / "letter.txt").write_text("Dear Zoë,\\n")
            (folder / "data").write_bytes(bytes(range(256)) + b"CANARY")

        @app.post("/write")
        def later(tasks: BackgroundTasks) -> None:
            tasks.add_task(write)

        @app.post("/tricks")
        def tricks() -> None:
            os.mkfifo("pipe")
            Path("secret").symlink_to("/etc/passwd")
            Path("gone").symlink_to("nowhere")
            Path("big").write_bytes(b"x" * 2**20 + b"CANARY")

        return app
"""


@pytest.fixture
def lab(open_lab):
    return open_lab(WRITER)


def test_files_are_found_by_name_and_content(lab):
    assert lab.files.names() == []
    lab.app.post("/write").expect("2xx")
    assert lab.files.names() == ["uploads/ada/data", "uploads/ada/letter.txt"]
    assert lab.files.containing("nobody") == []
    assert lab.files.containing("DEAR") == ["uploads/ada/letter.txt"]
    assert lab.files.containing("ZOË") == ["uploads/ada/letter.txt"]
    assert lab.files.containing("canary") == ["uploads/ada/data"]
    assert lab.files.containing("/Ada/") == ["uploads/ada/data", "uploads/ada/letter.txt"]


def test_links_and_pipes_are_not_followed_and_large_files_not_read_through(open_lab, monkeypatch):
    # Behind the wall the app could make neither.
    monkeypatch.setenv(isolation.CHOICE, isolation.PROCESS)
    lab = open_lab(WRITER)
    lab.app.post("/tricks").expect("2xx")
    assert lab.files.names() == ["big", "gone", "pipe", "secret"]
    assert lab.files.containing("root") == []
    assert lab.files.containing("canary") == []
    assert lab.files.containing("xxx") == ["big"]
