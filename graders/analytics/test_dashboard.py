"""What the page for administrators must be like, one claim a test; rubric.toml has the titles."""

import re
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from hooklab.texts import pick

from .helpers.figures import (
    HOUR,
    SECOND,
    act,
    admin,
    around,
    at,
    deliver,
    few,
    session,
    shows,
    signed_up,
    work,
)
from .helpers.reading import HEADINGS, SHAPES, Page, addresses, css_of, graphics, loads, rows

PATH = "/admin/analytics"
REGIONS = ("signups", "connected", "countries", "conversion")


def page(lab):
    """The page, once the cron has run."""
    work(lab)
    answer = lab.app.get(PATH, headers=admin(lab)).expect("200")
    lab.require(
        answer.headers.get("content-type", "").startswith("text/html"),
        en="a page of HTML",
        fr="une page HTML",
        got=answer.headers.get("content-type", "-"),
    )
    return Page(answer.text)


def region(lab, seen, name):
    """The element of the page with this id."""
    found = seen.by_id(name)
    ids = [each.attributes["id"] for each in seen.root.all() if "id" in each.attributes]
    lab.require(
        found,
        en=f'an element with id="{name}"',
        fr=f'un élément avec id="{name}"',
        got=pick({"en": "the ids are: ", "fr": "les id sont : "}) + (", ".join(ids) or "-"),
    )
    return found


def table(lab, seen, name):
    """The rows of the table in the region `name`."""
    found = next(region(lab, seen, name).all("table"), None)
    lab.require(
        found,
        en=f"a table in #{name}",
        fr=f"un tableau dans #{name}",
        got=region(lab, seen, name).text or "-",
    )
    return rows(found)


def numbers(lab, seen, name, wanted):
    """Fail unless the table of the region has these numbers, from the first row on."""
    found = [number for _, number in table(lab, seen, name)][: len(wanted)]
    lab.require(
        found == wanted,
        en=f"the numbers of the table in #{name}: {wanted}",
        fr=f"les nombres du tableau dans #{name} : {wanted}",
        got=repr(found),
    )


def is_drawn(lab, seen, name):
    """Fail when an `<svg>` of the region is empty, and no script can fill it."""
    empty = [
        each
        for each in graphics(region(lab, seen, name))
        if each.tag == "svg" and not any(each.all(*SHAPES))
    ]
    lab.require(
        not empty or any(seen.root.all("script")),
        en=f"a drawing in the graphic of #{name}",
        fr=f"un dessin dans le graphique de #{name}",
        got=pick({"en": "an empty <svg>", "fr": "un <svg> vide"}),
    )


def test_the_page_is_for_administrators(lab):
    signed_up(lab, None)
    seen = page(lab)
    for name in REGIONS:
        region(lab, seen, name)
    for header in lab.draw.strangers(lab.settings["ADMIN_TOKEN"]):
        lab.app.get(PATH, headers=header).expect("401", "403")


def test_signups_are_drawn_hour_by_hour(lab):
    numbers(lab, page(lab), "signups", [0] * 24)
    lab.clock.advance(minutes=50)
    eight, nine = few(lab), few(lab) + 1
    signed_up(lab, at("2026-03-09 09:59:59"), *[at("2026-03-10 08:30")] * eight)
    signed_up(lab, *[at("2026-03-10 09:45")] * nine)
    seen = page(lab)
    numbers(lab, seen, "signups", [*[0] * 22, eight, nine])
    count = len(table(lab, seen, "signups"))
    lab.require(
        count == 24,
        en="24 rows in the table of #signups",
        fr="24 lignes dans le tableau de #signups",
        got=str(count),
    )
    drawn = graphics(region(lab, seen, "signups"))
    lab.require(
        drawn,
        en='a graphic with role="img" in #signups',
        fr='un graphique avec role="img" dans #signups',
        got=", ".join(sorted({each.tag for each in region(lab, seen, "signups").all()})),
    )
    is_drawn(lab, seen, "signups")
    lab.clock.advance(hours=1)
    # More than the chart has had to hold so far.
    many = lab.random.randrange(12, 20)
    signed_up(lab, *[lab.clock.now() - timedelta(minutes=5)] * many)
    numbers(lab, page(lab), "signups", [*around(21, 22, eight), nine, many])


def test_who_is_connected_is_shown(lab):
    ada, grace = (signed_up(lab, lab.clock.now() - 9 * HOUR) for _ in range(2))
    one, two, three = (session(lab, who, SECOND) for who in (ada, ada, grace))
    deliver(lab, one, two, three)
    numbers(lab, page(lab), "connected", [2])
    deliver(lab, lab.clerk.session_ended(three))
    numbers(lab, page(lab), "connected", [1])


def test_countries_are_shown(lab):
    user = signed_up(lab, lab.clock.now() - 9 * HOUR)
    deliver(lab, session(lab, user, SECOND, country="JP"))
    wanted = {"FR": few(lab), "SN": few(lab) + 3}
    countries = [None, *(country for country, count in wanted.items() for _ in range(count))]
    for minutes, country in enumerate(lab.draw.order(countries)):
        deliver(lab, session(lab, user, HOUR + minutes * timedelta(minutes=30), country=country))
    seen = page(lab)
    is_drawn(lab, seen, "countries")
    found = table(lab, seen, "countries")
    named = {code: sum(n for name, n in found if code in name) for code in wanted}
    lab.require(
        named == wanted
        and sum(number for _, number in found) == len(countries)
        and len(found) == 3,
        en=f"in the table of #countries: {wanted}, one log-in from an unknown country, no others",
        fr=f"dans le tableau de #countries : {wanted}, une connexion d’un pays inconnu, rien "
        "d’autre",
        got=repr(found),
    )
    shows(lab, "logins.by_country", {**wanted, "unknown": 1})


def test_the_way_from_signup_to_login_is_shown(lab):
    numbers(lab, page(lab), "conversion", [0, 0, 0])
    people = [signed_up(lab, lab.clock.now() - 9 * HOUR) for _ in range(3 + few(lab))]
    active = lab.random.randrange(2, len(people))
    for who in people[:active]:
        act(lab, who)
    deliver(lab, session(lab, people[-1], HOUR), session(lab, people[0], SECOND))
    imported = signed_up(lab, lab.clock.now() - 9 * HOUR, via="import")
    act(lab, imported)
    seen = page(lab)
    numbers(lab, seen, "conversion", [len(people), active, 1])
    is_drawn(lab, seen, "conversion")


def test_a_strangers_text_stays_text(lab):
    canary = lab.draw.word().lower()
    country = f"""X'"><b class='{canary}' onclick="{canary}()">&lt;Y</b>"""
    user = signed_up(lab, lab.clock.now() - 9 * HOUR)
    deliver(lab, session(lab, user, HOUR).changed(latest_activity=activity(country)))
    seen = page(lab)
    found = table(lab, seen, "countries")
    strange = [
        each.tag
        for each in seen.root.all()
        if each.attributes.get("class") == canary or "onclick" in each.attributes
    ]
    lab.require(
        not strange and any(" ".join(country.split()) in name for name, _ in found),
        en=f"the text {country} as text, in the table of #countries",
        fr=f"le texte {country} comme texte, dans le tableau de #countries",
        got=f"{found}, {strange}",
    )


def activity(country):
    """A device in this country."""
    return {
        "object": "session_activity",
        "id": "sess_activity_canary",
        "is_mobile": False,
        "country": country,
    }


def test_the_page_loads_nothing_from_elsewhere(lab):
    signed_up(lab, lab.clock.now() - HOUR)
    seen = page(lab)
    numbers(lab, seen, "signups", around(22, 23))
    css = addresses(styles(lab, seen))
    foreign = [each for each in (*loads(seen), *css) if not is_own(lab, each)]
    inside = [each.tag for each in seen.root.all("iframe", "embed", "object")]
    lab.require(
        not foreign and not inside,
        en="a page that loads nothing from any other host",
        fr="une page qui ne charge rien d’un autre hôte",
        got=", ".join(foreign + inside),
    )


def test_everybody_can_read_the_page(lab):
    # A page about nobody is the claim of another check.
    signed_up(lab, lab.clock.now() - timedelta(minutes=5))
    seen = page(lab)
    html = next(seen.root.all("html"), None)
    require(
        lab,
        html and html.attributes.get("lang") and has_title(seen),
        en="a page with a language (html lang) and a title",
        fr="une page avec une langue (html lang) et un titre",
    )
    views = [each.attributes.get("content", "") for each in metas(seen, "viewport")]
    require(
        lab,
        any("width=device-width" in view for view in views),
        en='a meta "viewport" with width=device-width, for telephones',
        fr="une balise meta « viewport » avec width=device-width, pour les téléphones",
    )
    require(lab, next(seen.root.all("h1"), None), en="a heading h1", fr="un titre h1")
    for name in REGIONS:
        here = region(lab, seen, name)
        tables = list(here.all("table"))
        require(
            lab,
            seen.name(here) or next(here.all(*HEADINGS), None),
            en=f"a heading or a name for #{name}",
            fr=f"un titre ou un nom pour #{name}",
        )
        require(
            lab,
            tables and all(seen.name(each) and next(each.all("th"), None) for each in tables),
            en=f"in #{name}, a table with a caption and headings (th)",
            fr=f"dans #{name}, un tableau avec une légende (caption) et des en-têtes (th)",
        )
        require(
            lab,
            (graphics(here) or name == "connected")
            and all(seen.name(each) for each in graphics(here)),
            en=f'in #{name}, a graphic with role="img" and a name',
            fr=f'dans #{name}, un graphique avec role="img" et un nom',
        )
    require(
        lab,
        is_dark_too(
            styles(lab, seen),
            [each.attributes.get("content", "") for each in metas(seen, "color-scheme")],
        ),
        en="colours for a dark screen too: color-scheme, prefers-color-scheme or light-dark()",
        fr="des couleurs pour un écran sombre aussi : color-scheme, prefers-color-scheme ou "
        "light-dark()",
    )


def require(lab, claim, *, en, fr):
    """Fail unless `claim` is true; what is missing says it all."""
    lab.require(claim, en=en, fr=fr, got=pick({"en": "it is missing", "fr": "cela manque"}))


def has_title(seen):
    """Whether the page has a title; charts have titles too."""
    return any(each.text and each.parent.tag in ("head", "html") for each in seen.root.all("title"))


def metas(seen, name):
    """The page's meta elements of this name."""
    return [each for each in seen.root.all("meta") if each.attributes.get("name") == name]


def is_own(lab, address):
    """Whether an address on the page leads to the app itself."""
    return urlsplit(address.strip()).netloc in ("", lab.app.host)


def styles(lab, seen):
    """The page's style sheets, those of the same host included."""
    css = css_of(seen)
    for link in seen.root.all("link"):
        address = link.attributes.get("href", "")
        if "stylesheet" in link.attributes.get("rel", "") and is_own(lab, address):
            there = urlsplit(urljoin(PATH, address))
            path = f"{there.path}?{there.query}" if there.query else there.path
            css += lab.app.get(path, headers=admin(lab)).text
    return css


def is_dark_too(css, schemes):
    """Whether the page follows a screen that is dark."""
    said = [*schemes, *re.findall(r"color-scheme\s*:([^;}]*)", css)]
    both = any("light" in each and "dark" in each for each in said)
    return both or "light-dark(" in css or re.search(r"prefers-color-scheme\s*:\s*dark", css)
