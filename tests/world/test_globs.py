"""Patterns of keys match what fakeredis' own match, and never take long."""

import random
import time

import pytest
from fakeredis import _helpers
from redis import Redis

from hooklab.world import globs

THEIRS = getattr(_helpers.compile_pattern, "__wrapped__", _helpers.compile_pattern)
SIGNS = ["a", "b", "*", "*", "?", "[ab]", "[^a]", "[a-b]", "[", "]", "-", "^", "\\", "\\*", "\n"]


def test_a_pattern_matches_what_it_matched_before():
    chance = random.Random(5)
    ours = globs.bounded(THEIRS)
    found = 0
    for _round in range(20_000):
        pattern = "".join(chance.choices(SIGNS, k=chance.randrange(7))).encode()
        text = "".join(chance.choices("aab-*[]^\\\n", k=chance.randrange(8))).encode()
        wanted = bool(THEIRS(pattern).match(text))
        assert bool(ours(pattern).match(text)) == wanted, (pattern, text)
        found += wanted
    assert found > 500


@pytest.mark.parametrize("pattern", ["*a" * 30 + "*b", "*" * 1000 + "b", "*[a-c]?" * 20 + "\\*"])
def test_no_pattern_takes_long(world, pattern):
    client = Redis.from_url(world.redis.url)
    client.set("a" * 100_000, "1")
    started = time.process_time()
    assert client.keys(pattern) == []
    assert time.process_time() - started < 5
