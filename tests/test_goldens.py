"""Every golden page, read as its outlet's pages are; and that no outlet or family is without them.

`tests/pages/<folder>/<case>.json` says what a person expects of `<case>.html` (`crawler/goldens.py` has the format). The
folder is an outlet that ships, or a family: its pages are those of an outlet called Kabar Contoh, in Makassar's time, at
the address that they were fetched from, unless `site` in the file says otherwise (`name`, `timezone`, `base_url`,
`regions`). All are read with the election that ships; regions, topics and actors are held against what is found where a
golden names them.
"""

import json
from typing import Any

import pytest

from archive.records import Actor, Reading, Region, TagRole
from bench.pages import PAGES, golden, known
from crawler.goldens import NOT_EXPECTED, TAGS, shown

ALWAYS = frozenset({"canonical", "short", "edited"})
"""What every outlet and family has: a whole story, one below 250 characters, and a layout that was changed."""
BY_FAMILY = {"wordpress": frozenset({"soft_404", "multi_page"}), "popojicms": frozenset({"soft_404"})}
"""WordPress itself answers 404, but a cache before it may say 200. Laravel's error pages have their status."""
BY_OUTLET = {"prokalteng": frozenset({"amp"})}
FIELDS = frozenset(Reading.__dataclass_fields__) - NOT_EXPECTED


def goldens() -> list[str]:
    return sorted(str(path.relative_to(PAGES).with_suffix("")) for path in PAGES.glob("*/*.json"))


def load(name: str) -> dict[str, Any]:
    given = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    assert isinstance(given, dict)
    return given


@pytest.mark.parametrize("name", goldens())
def test_a_page_is_read_as_a_person_reads_it(name: str) -> None:
    case = golden(PAGES, PAGES / f"{name}.json")
    assert case.found() == case.expected, case.given["what"]


@pytest.mark.parametrize("folder", sorted(known()))
def test_no_outlet_and_no_family_lacks_a_case_that_applies_to_it(folder: str) -> None:
    declared = known()[folder]
    needed = ALWAYS | BY_FAMILY.get(declared.family, frozenset()) | BY_OUTLET.get(folder, frozenset())
    if "listing" in declared.sources:
        needed |= {"listing"}
    assert needed - {name.split("/")[1] for name in goldens() if name.split("/")[0] == folder} == set()


@pytest.mark.parametrize("name", goldens())
def test_a_golden_says_why_it_is_here_and_who_read_it(name: str) -> None:
    given, folder = load(name), name.split("/")[0]
    assert folder in known()
    assert given["what"].strip()
    assert given["read_by"].strip()
    told = set(given["expected"])
    assert told in ({"rejected"}, {"stories", "more"}) or FIELDS - TAGS.keys() <= told <= FIELDS


def test_every_page_belongs_to_a_golden() -> None:
    named = {f"{name}.html" for name in goldens()} | {
        f"{name.split('/')[0]}/{further}" for name in goldens() for further in load(name).get("further", ())
    }
    assert {str(path.relative_to(PAGES)) for path in PAGES.glob("*/*.html")} == named


def test_a_golden_may_tell_what_a_story_is_about() -> None:
    """As `code` and `role`, and so on: the words that say so may be others tomorrow."""
    region = Region(code="64.02", name="Kutai Kartanegara", level="kabkota", role=TagRole.MAIN)
    actor = Actor(id="a-1", name="Sutarman Adi", role="pjs")
    reading = Reading(title="Netralitas Diawasi", body=("Kukar.",), regions=(region,), actors=(actor,))
    told = shown(reading, {"regions", "actors"})
    assert told["regions"] == [{"code": "64.02", "role": "main"}]
    assert told["actors"] == [{"id": "a-1"}]
    assert TAGS.keys() & shown(reading).keys() == set()
