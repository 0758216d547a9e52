"""The page of analytics in a real browser: for telephones, in the dark, without any other host."""

import base64
import random
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest

from hooklab.sender import Clerk, headers, new_secret

PHONE, SCREEN = 360, 1280
SECRET = new_secret(random.Random(1))
ADMIN, CRON = "the administration's own", "the cron's own"
STRANGE = "\"><img src=x onerror=alert(1)> and a country's name that does not want to end at all"

sizes = pytest.mark.parametrize("width", [PHONE, SCREEN])
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])


def post(address, path, body=b"", **fields) -> None:
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    request = urllib.request.Request(address + path, data=body, headers=fields, method="POST")
    urllib.request.urlopen(request, timeout=60).close()


def live_through_a_day(address) -> None:
    """People sign up, come back, do things; one of them from a very strange place."""
    now, chance = datetime.now(UTC), random.Random(7)
    clerk = Clerk(seed=7, now=lambda: now)
    countries = ["FR"] * 6 + ["BE", "BE", "CA", "SN", "JP", None]
    for number in range(24):
        at = now - timedelta(hours=chance.uniform(1, 30))
        via = chance.choice(("email", "email", "google", "phone", "saml", "dashboard"))
        user = clerk.user_created(at=at, via=via)
        events = [user, clerk.session_created(user, at=at + timedelta(seconds=1))]
        if number % 2:
            back = at + timedelta(minutes=chance.uniform(5, 55))
            events.append(clerk.session_created(user, at=back, country=chance.choice(countries)))
        if number == 0:
            back = clerk.session_created(user, at=at + timedelta(minutes=9))
            strange = back.data["latest_activity"] | {"country": STRANGE}
            events.append(back.changed(latest_activity=strange))
        for event in events:
            signed = headers(event.message_id, event.body, [SECRET], datetime.now(UTC))
            post(address, "/webhooks/clerk", event.body.encode(), **signed)
        if number % 3:
            body = f'{{"clerk_id": "{user.user_id}"}}'.encode()
            bearer = {"authorization": f"Bearer {CRON}", "content-type": "application/json"}
            post(address, "/internal/actions", body, **bearer)


@pytest.fixture(scope="module", params=["en", "fr"])
def page(request, serve, world):
    """The address of the page, with a day of data in it."""
    address = serve(
        "analytics",
        {
            "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
            "ADMIN_TOKEN": ADMIN,
            "CRON_SECRET": CRON,
            "APP_LANGUAGE": request.param,
            "REDIS_URL": world.redis.url,
            "SEGMENT_API_URL": world.analytics.url,
            "SEGMENT_WRITE_KEY": world.analytics.write_key,
        },
    )
    live_through_a_day(address)
    return f"{address}/admin/analytics"


@pytest.fixture
def look(page, browser):
    """Opens the page as an administrator, in a window of this width."""

    def open_(width, scheme="light"):
        credentials = base64.b64encode(f"me:{ADMIN}".encode()).decode()
        browser.call(
            "Network.setExtraHTTPHeaders", headers={"authorization": f"Basic {credentials}"}
        )
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.call("Emulation.setEmulatedMedia", features=features)
        browser.open(page, width=width)
        return browser

    yield open_
    browser.call("Network.setExtraHTTPHeaders", headers={})
    browser.call("Emulation.setEmulatedMedia", features=[])


@sizes
def test_the_page_asks_no_other_host_and_runs_nothing(page, look, width):
    seen = look(width)
    assert seen.hosts == {urlsplit(page).netloc}
    assert seen.errors == []
    assert seen.run("document.querySelectorAll('script, img, [onerror]').length") == 0
    assert seen.run("document.querySelectorAll('svg[role=img]').length") == 6


@sizes
def test_nothing_is_wider_than_the_window(look, width):
    seen = look(width)
    seen.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert seen.run("document.documentElement.scrollWidth") <= width
    rights = "[...document.querySelectorAll('svg text, td, th, dd, p')].map(each =>"
    rights += " each.getBoundingClientRect().right)"
    assert max(seen.run(rights)) <= width


@sizes
def test_charts_are_seen_and_their_words_do_not_touch(look, width):
    seen = look(width)
    boxes = seen.run(
        "[...document.querySelectorAll('svg[role=img]')].map(each => {"
        " const box = each.getBoundingClientRect(); return [box.width, box.height] })"
    )
    assert all(wide >= 100 and high >= 30 for wide, high in boxes), boxes
    tall = seen.run(
        "[...document.querySelectorAll('#signups .bar')].map(each =>"
        " each.getBoundingClientRect().height)"
    )
    assert len(tall) == 24
    assert max(tall) > 50
    texts = seen.run(
        "[...document.querySelectorAll('svg text')].map(each => {"
        " const box = each.getBoundingClientRect();"
        " return [each.textContent, box.left, box.right, box.top, box.bottom] })"
    )
    assert list(touching(texts)) == []


def touching(texts):
    """Pairs of texts whose boxes lie over each other."""
    for place, (one, left, right, top, bottom) in enumerate(texts):
        for other, left2, right2, top2, bottom2 in texts[place + 1 :]:
            if left < right2 and left2 < right and top < bottom2 and top2 < bottom:
                yield one, other


@schemes
def test_texts_stand_out_from_their_ground(look, scheme):
    seen = look(SCREEN, scheme)
    grounds = {
        "section": ("h2", ".sum", ".explained", "summary", "td", "thead th", ".tick", ".note"),
        ".tiles div": ("dt", "dd b", "dd span"),
        "body": ("h1", "header p"),
    }
    for ground, texts in grounds.items():
        behind = colour(seen, ground, "backgroundColor")
        for text in texts:
            kind = "fill" if text in (".tick", ".note") else "color"
            assert contrast(colour(seen, text, kind), behind) >= 4.5, (ground, text)
        # The scheme is really another one.
        assert (luminance(behind) < 0.2) == (scheme == "dark")


def colour(seen, selector, kind):
    """A colour of the first such element, as three numbers."""
    said = seen.run(f"getComputedStyle(document.querySelector({selector!r})).{kind}")
    return [int(each) for each in re.findall(r"\d+", said)[:3]]


def luminance(rgb):
    """As WCAG 2.2 defines it."""
    parts = [each / 255 for each in rgb]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """As WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_keyboard_opens_the_table_behind_a_chart(look):
    seen = look(SCREEN)
    rows = "[...document.querySelectorAll('#countries tbody th')].map(each => each.innerText)"
    assert not any(seen.run(rows))
    seen.run("document.querySelector('#countries summary').focus()")
    for kind in ("rawKeyDown", "char", "keyUp"):
        seen.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key="Enter",
            text="\r",
            code="Enter",
            windowsVirtualKeyCode=13,
        )
    seen.wait("document.querySelector('#countries details').open")
    assert STRANGE in seen.run(rows)


def test_a_screen_reader_is_told_what_a_chart_shows(look):
    seen = look(SCREEN)
    seen.call("Accessibility.enable")
    nodes = seen.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (each["role"]["value"], each.get("name", {}).get("value"))
        for each in nodes
        if "role" in each and not each.get("ignored")
    ]
    images = [name for role, name in named if role in ("image", "img", "graphics-document")]
    assert len(images) == 6
    assert all(re.search(r"\d", name) for name in images), images
    regions = [name for role, name in named if role == "region"]
    assert len(regions) == 6
    assert all(regions)


def test_a_browser_asks_people_for_the_password(page):
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(page, timeout=60)
    with refused.value:
        assert refused.value.code == 401
        assert refused.value.headers["www-authenticate"].startswith("Basic ")
