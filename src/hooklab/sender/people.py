"""The people who sign up: names as real lists of users have them."""

import itertools
from dataclasses import dataclass

from hooklab.sender.ids import seeded, word

# For each language tag: first names and last names, each as written and as it goes in an address.
# Names with accents, hyphens, apostrophes, particles and other scripts are the point.
_NAMES: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]] = {
    "fr-FR": (
        (("Zoé", "zoe"), ("Jean-François", "jean-francois"), ("Maëlys", "maelys"), ("Luc", "luc")),
        (("Lefèvre", "lefevre"), ("de La Tour", "delatour"), ("N'Diaye", "ndiaye")),
    ),
    "en-GB": (
        (("Ada", "ada"), ("Mary Ann", "maryann"), ("Siobhán", "siobhan"), ("Bo", "bo")),
        (("O'Connor", "oconnor"), ("Lloyd-Jones", "lloyd-jones"), ("Null", "null")),
    ),
    "de-DE": (
        (("Jürgen", "juergen"), ("Käthe", "kaethe"), ("Max", "max")),
        (("von der Heide", "vonderheide"), ("Groß", "gross")),
    ),
    "es-ES": (
        (("Begoña", "begona"), ("José María", "josemaria"), ("Inés", "ines")),
        (("Núñez García", "nunez.garcia"), ("de la Peña", "delapena")),
    ),
    "pl-PL": ((("Łucja", "lucja"), ("Paweł", "pawel")), (("Wójcik", "wojcik"),)),
    "tr-TR": ((("İpek", "ipek"),), (("Öztürk", "ozturk"), ("Çelik", "celik"))),
    "vi-VN": ((("Thị Hương", "thihuong"),), (("Nguyễn", "nguyen"),)),
    "el-GR": ((("Ελένη", "eleni"),), (("Παπαδοπούλου", "papadopoulou"),)),
    "ru-RU": ((("Ольга", "olga"),), (("Соколова", "sokolova"),)),
    "ar-MA": ((("فاطمة", "fatima"),), (("الزهراء", "zahra"),)),
    "ja-JP": ((("美咲", "misaki"), ("陽翔", "haruto")), (("山田", "yamada"),)),
    "hi-IN": ((("अनन्या", "ananya"),), (("शर्मा", "sharma"),)),
}
# Reserved for documentation by RFC 2606, section 3: mail to them reaches nobody.
_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True)
class Person:
    """A name as its bearer writes it, an address, and the language they would choose."""

    first_name: str
    last_name: str
    address: str
    locale: str


class People:
    """Everybody who will ever sign up in a run, in an order that the seed decides."""

    def __init__(self, seed: int) -> None:
        self._random = seeded(seed, "people")
        self._deck: list[tuple[str, tuple[str, str], tuple[str, str]]] = []
        self._addresses: set[str] = set()

    def next(self) -> Person:
        """Return somebody new; their address is theirs alone, in this run and in all others.

        A name comes back only when every other name has been used.
        """
        if not self._deck:
            self._deck = [
                (locale, first, last)
                for locale, (firsts, lasts) in _NAMES.items()
                for first, last in itertools.product(firsts, lasts)
            ]
            self._random.shuffle(self._deck)
        locale, (first_name, first_slug), (last_name, last_slug) = self._deck.pop()
        return Person(first_name, last_name, self._address(f"{first_slug}.{last_slug}"), locale)

    def _address(self, local_part: str) -> str:
        # There are few names: without a house of their own people would have the addresses that
        # somebody had in a run before, and a receiver could know them.
        house = f"{word(self._random, 5)}.{self._random.choice(_DOMAINS)}"
        address, number = f"{local_part}@{house}", 1
        while address in self._addresses:
            number += 1
            address = f"{local_part}{number}@{house}"
        self._addresses.add(address)
        return address
