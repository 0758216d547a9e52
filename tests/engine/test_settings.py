"""Where the app's settings come from."""

import pytest

from hooklab.services import Settings


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("APP_URL", "SMTP_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_file_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("SMTP_PORT", "2525")
    assert (Settings().smtp_port, Settings().app_url) == (2525, "http://localhost:8000")


def test_the_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("SMTP_PORT=26\nAPP_URL=https://app.example\nOTHER=1\n")
    monkeypatch.setenv("SMTP_PORT", "2525")
    assert (Settings().smtp_port, Settings().app_url) == (2525, "https://app.example")


def test_what_the_code_gives_wins_over_both(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("SMTP_PORT=26\n")
    monkeypatch.setenv("SMTP_PORT", "2525")
    assert Settings(smtp_port=1).smtp_port == 1
