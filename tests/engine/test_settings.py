"""Where the app's settings come from."""

import pytest
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, InitSettingsSource

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


def test_every_variable_is_read_as_the_library_reads_it(monkeypatch):
    for number, name in enumerate(Settings.model_fields):
        monkeypatch.setenv(name.upper() if number % 2 else name, f"text {number}")
    given, library, file = (
        InitSettingsSource(Settings, {}),
        EnvSettingsSource(Settings),
        DotEnvSettingsSource(Settings),
    )
    _given, ours, *rest = Settings.settings_customise_sources(Settings, given, library, file, given)
    assert not rest
    assert ours().keys() == Settings.model_fields.keys()
    assert ours() == library()
