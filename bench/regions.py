"""Which regions the texts that were written for it are said to be about, beside what a person says (`tests/regions`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.records import Reading
from bench.pages import pack
from crawler.reading import Site
from crawler.reading.tagging import tagged

WRITTEN = Path(__file__).parents[1] / "tests" / "regions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text's regions, code and role, by a person and by the reader."""

    title: str
    expected: frozenset[tuple[str, str]]
    found: frozenset[tuple[str, str]]


def said(folder: Path = WRITTEN) -> list[Said]:
    """Have each text tagged as its outlet's articles are."""
    return [
        Said(title=article["title"], expected=_expected(article), found=_found(article))
        for path in sorted(folder.glob("*.toml"))
        for article in tomllib.loads(path.read_text("utf-8"))["article"]
    ]


def f1(texts: list[Said], *, role: str | None = None) -> float:
    """F1 of all regions of all texts, code and role; or of the codes of one role alone."""
    pairs = [(_of(one.expected, role), _of(one.found, role)) for one in texts]
    both = sum(len(expected) + len(found) for expected, found in pairs)
    return 2 * sum(len(expected & found) for expected, found in pairs) / both if both else 1.0


def _of(regions: frozenset[tuple[str, str]], role: str | None) -> set[tuple[str, str]]:
    return {one for one in regions if role in (None, one[1])}


def _expected(article: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset((code, role) for role in ("main", "mention") for code in article[role])


def _found(article: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    site = Site(
        slug="written",
        name="Kabar Contoh",
        base_url="https://kabar.example",
        timezone="Asia/Jakarta",
        pack=pack(),
        regions=tuple(article["home"]),
    )
    reading = Reading(
        title=article["title"], body=tuple(article["text"].strip().split("\n\n")), place=article.get("place")
    )
    return frozenset((region.code, region.role.value) for region in tagged(reading, site).regions)
