"""A lost check on a page: drawn from the message that is kept beside a mistake, never made up."""

import re

import pytest

from hooklab import texts
from hooklab.errors import HooklabError
from hooklab.pages import wrong_code
from hooklab.pages.lost_check import lost_check
from hooklab.pages.sequences import drawn

from .pages import COURSE

MISTAKE = "clerk_endpoint/no_tombstone"


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use("en")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_it_tells_what_the_kept_message_tells(language):
    texts.use(language)
    message = wrong_code.message(COURSE, MISTAKE)
    answers = re.findall(r" → (\d{3} \w+)$", message, re.MULTILINE)
    shown = lost_check(COURSE, MISTAKE)
    assert re.findall(r"--> Svix\s?: (.*)", shown) == answers
    assert message.splitlines()[0] in shown
    assert "svix-id" not in shown
    wanted, happened = (line.strip() for line in message.splitlines()[2:5:2])
    assert re.findall(r"^\*\*.*\*\*\s?: (.*)$", shown, re.MULTILINE) == [wanted, happened]
    assert "<svg" in drawn(shown)


def test_a_mistake_without_deliveries_is_refused():
    with pytest.raises(HooklabError, match="hosting/one_seat_for_three"):
        lost_check(COURSE, "hosting/one_seat_for_three")
