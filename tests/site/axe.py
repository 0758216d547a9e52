"""What axe, which looks for what keeps people from using a page, finds on one of the site."""

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Browser

STILL = [{"name": "prefers-reduced-motion", "value": "reduce"}]
"""For `Emulation.setEmulatedMedia`: what fades has no colour yet, and what slides no place."""

_AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def serious_faults(browser: "Browser", selector: str = "html") -> list[list[str]]:
    """The rules that are broken in what `selector` chooses, each with some of the elements."""
    browser.run(_AXE)
    return browser.run(
        f"axe.run('{selector}', {{resultTypes: ['violations']}}).then(found => found.violations"
        ".filter(({impact}) => ['serious', 'critical'].includes(impact))"
        ".map(({id, nodes}) => [id, ...nodes.slice(0, 3).map(({html}) => html)]))"
    )
