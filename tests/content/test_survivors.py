"""The reasons why mutants survive: each is about a line that its reference still has."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "benchmarks/survivors").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_reason_is_about_a_line_of_the_reference(path):
    gone = []
    for each in tomllib.loads(path.read_text(encoding="utf-8"))["survivor"]:
        source = ROOT / "solutions" / path.stem / each["file"]
        lines = source.read_text(encoding="utf-8").splitlines() if source.is_file() else []
        if each["was"].strip() not in " ".join(line.strip() for line in lines):
            gone.append(f"{each['file']}: {each['was']}")
    assert not gone


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mutant_has_one_reason_of_one_kind(path):
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["survivor"]
    assert all(len(each.keys() & {"same", "free", "unseen"}) == 1 for each in entries)
    mutants = [(each["file"], each["was"], each.get("became")) for each in entries]
    assert len(mutants) == len(set(mutants))
