"""The pages of the site, and where each is served."""

from pathlib import Path

from hooklab import catalogue

ROOT = Path(__file__).parents[2]
COURSE = catalogue.load(ROOT)
DRAFTS = {page.removesuffix(".md") for draft in COURSE.drafts for page in draft.pages}
PAGES = sorted(
    page
    for folder, pattern in ((ROOT / "course" / "en", "**/*.md"), (ROOT, "notebooks/*.ipynb"))
    for path in folder.glob(pattern)
    if (page := path.relative_to(folder).with_suffix("").as_posix()) not in DRAFTS
)


def url(page: str, language: str) -> str:
    """Where `page` is served, relative to the site."""
    folder = "" if language == "en" else f"{language}/"
    return f"{folder}{page}.html"
