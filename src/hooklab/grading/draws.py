"""What a check makes up, other in every run: an answer cannot have learned it by heart."""

import base64
import string
from collections.abc import Iterable
from random import Random
from typing import TypeVar

from hooklab.sender.ids import word
from hooklab.sender.origins import some_ip

_T = TypeVar("_T")

_LETTERS = string.ascii_letters + string.digits
# A signature of Svix's is a SHA-256.
_SIGNATURE_BYTES = 32
# Enough to be unguessable, few enough to leave the beginning that tells what a secret is for.
_UNLIKE = 12

# Their distance from UTC is the same all the year, and at least hours.
_ZONES = ("America/Bogota", "America/Phoenix", "Asia/Dubai", "Asia/Kolkata", "Asia/Tokyo")


class Draws:
    """Makes up names, addresses and the like: `lab.draw`.

    Args:
        random: the check's source of chance, which the run's seed repeats.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def word(self) -> str:
        """A word that no language has, nine letters with a capital, such as a name."""
        return word(self._random, 9).capitalize()

    def address(self) -> str:
        """An e-mail address that nobody else has, in lower case."""
        return f"{self.word()}.{self.word()}@example.org".lower()

    def ip(self) -> str:
        """The IP address of a visitor, of version 4 or 6."""
        return some_ip(self._random)

    def zone(self) -> str:
        """A time zone that is not UTC, by the name that TZ takes: `lab.app.restart(TZ=…)`."""
        return self._random.choice(_ZONES)

    def id(self, kind: str) -> str:
        """An id as Clerk's are: `kind`, such as "user", an underscore and 27 letters."""
        return f"{kind}_{''.join(self._random.choices(_LETTERS, k=27))}"

    def forged(self) -> dict[str, str]:
        """The header of a delivery that somebody without the secret has signed."""
        made_up = base64.b64encode(self._random.randbytes(_SIGNATURE_BYTES)).decode()
        return {"svix-signature": f"v1,{made_up}"}

    def unlike(self, secret: str) -> str:
        """A text as long as `secret`, which begins as it does and is another one."""
        kept = secret[:-_UNLIKE]
        while True:
            other = kept + "".join(self._random.choices(_LETTERS, k=len(secret) - len(kept)))
            if other != secret:
                return other

    def strangers(self, secret: str) -> list[dict[str, str]]:
        """Headers of programs that do not know `secret`, the bearer token, in any order."""
        tokens = ("", self.unlike(secret), secret[:-1])
        known = [{"authorization": f"Bearer {token}"} for token in tokens]
        return self.order([{}, *known])

    def order(self, things: Iterable[_T]) -> list[_T]:
        """`things` in any order, where the check does not care which comes first."""
        drawn = list(things)
        self._random.shuffle(drawn)
        return drawn
