"""Every golden page, read as its outlet's pages are; and that no outlet or family is without them.

`tests/pages/<folder>/<case>.json` says what a person expects of `<case>.html` (`crawler/goldens.py` has the format). The
folder is an outlet that ships, or a family: its pages are those of an outlet called Kabar Contoh, in Makassar's time, at
the address that they were fetched from, unless `site` in the file says otherwise (`name`, `timezone`, `base_url`).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archive.records import Reading
from crawler.declaration import Declaration
from crawler.goldens import NOT_EXPECTED, found
from crawler.reading import Site
from spiders.families import FAMILIES
from spiders.outlets import shipped

PAGES = Path(__file__).parent / "pages"
ALWAYS = frozenset({"canonical", "short", "edited"})
"""What every outlet and family has: a whole story, one below 250 characters, and a layout that was changed."""
BY_FAMILY = {"wordpress": frozenset({"soft_404", "multi_page"}), "popojicms": frozenset({"soft_404"})}
"""WordPress itself answers 404, but a cache before it may say 200. Laravel's error pages have their status."""
BY_OUTLET = {"prokalteng": frozenset({"amp"})}
FIELDS = frozenset(Reading.__dataclass_fields__) - NOT_EXPECTED


@cache
def known() -> dict[str, type[Declaration]]:
    return {**FAMILIES, **shipped()}


def goldens() -> list[str]:
    return sorted(str(path.relative_to(PAGES).with_suffix("")) for path in PAGES.glob("*/*.json"))


def load(golden: str) -> dict[str, Any]:
    given = json.loads((PAGES / f"{golden}.json").read_text("utf-8"))
    assert isinstance(given, dict)
    return given


def site_of(folder: str, given: dict[str, Any]) -> Site:
    declared, parts, own = known()[folder], urlsplit(given["url"]), given.get("site", {})
    if folder in shipped():
        own = {"name": declared.outlet, "base_url": declared.base_url, "timezone": declared.timezone}
    return Site(
        slug=folder,
        name=own.get("name", "Kabar Contoh"),
        base_url=own.get("base_url", f"{parts.scheme}://{parts.netloc}"),
        timezone=own.get("timezone", "Asia/Makassar"),
        rules=declared.rules,
    )


@pytest.mark.parametrize("golden", goldens())
def test_a_page_is_read_as_a_person_reads_it(golden: str) -> None:
    given, folder = load(golden), golden.split("/")[0]
    body = (PAGES / f"{golden}.html").read_bytes()
    further = [(PAGES / folder / name).read_bytes() for name in given.get("further", ())]
    result = found(given, site_of(folder, given), known()[folder].listing, body, further)
    assert result == given["expected"], given["what"]


@pytest.mark.parametrize("folder", sorted(known()))
def test_no_outlet_and_no_family_lacks_a_case_that_applies_to_it(folder: str) -> None:
    declared = known()[folder]
    needed = ALWAYS | BY_FAMILY.get(declared.family, frozenset()) | BY_OUTLET.get(folder, frozenset())
    if "listing" in declared.sources:
        needed |= {"listing"}
    assert needed - {golden.split("/")[1] for golden in goldens() if golden.split("/")[0] == folder} == set()


@pytest.mark.parametrize("golden", goldens())
def test_a_golden_says_why_it_is_here_and_who_read_it(golden: str) -> None:
    given, folder = load(golden), golden.split("/")[0]
    assert folder in known()
    assert given["what"].strip()
    assert given["read_by"].strip()
    assert set(given["expected"]) in ({"rejected"}, {"stories", "more"}, FIELDS)


def test_every_page_belongs_to_a_golden() -> None:
    named = {f"{golden}.html" for golden in goldens()} | {
        f"{golden.split('/')[0]}/{name}" for golden in goldens() for name in load(golden).get("further", ())
    }
    assert {str(path.relative_to(PAGES)) for path in PAGES.glob("*/*.html")} == named
