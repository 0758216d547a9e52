"""Slack's markup as Slack draws it, and nothing else: no link leads anywhere.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from html import unescape

from markupsafe import Markup, escape

from hooklab.reports.clean import visible

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_STYLES = (
    (re.compile(r"```(.+?)```", re.DOTALL), "code"),
    (re.compile(r"`([^`\n]+)`"), "code"),
    (re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"), "strong"),
    (re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"), "em"),
    (re.compile(r"(?<!\w)~([^~\n]+)~(?!\w)"), "s"),
)


def drawn(text: str) -> Markup:
    """`text` as a part of a page; what is a link there has its address as a title."""
    text, parts, end = visible(text), list[Markup](), 0
    for found in _LINK.finditer(text):
        parts += [_styled(text[end : found.start()]), _link(found[1], found[2])]
        end = found.end()
    return Markup("").join([*parts, _styled(text[end:])])


def _link(target: str, label: str | None) -> Markup:
    if target.startswith(("!", "@", "#")):
        # `<!channel>` calls everybody: to see that is what somebody who tests looks for.
        name = label or target.lstrip("!@#")
        return Markup('<mark class="mention">{}{}</mark>').format(
            "#" * (target[0] == "#") or "@", name
        )
    return Markup('<span class="link" title="{}">{}</span>').format(target, label or target)


def _styled(text: str) -> Markup:
    said = str(escape(unescape(text)))
    for pattern, tag in _STYLES:
        said = pattern.sub(rf"<{tag}>\1</{tag}>", said)
    return Markup(said)  # noqa: S704 - escaped above; only our own tags are added
