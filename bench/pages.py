"""The pages that quality is measured on: the goldens, and the posts of the recorded WordPress where it is at hand."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from crawler.config import ElectionSettings
from crawler.declaration import Declaration, Listing
from crawler.goldens import fetched, found, shown
from crawler.reading import Material, Record, Site, read
from crawler.reading.pack import Pack, load
from spiders.families import FAMILIES
from spiders.outlets import shipped
from tests.crawler.gold import gold, paragraphs

PAGES = Path(__file__).parents[1] / "tests" / "pages"
PARTS = ("/", "/2/", "/3/")
"""Where the recorded stories' pages stand, below their own address; most have the first alone."""
_POSTS = re.compile(r"/wp-json/wp/v2/posts\?per_page=100&_embed=[^&]*&page=1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page, what its reader is told besides, and what a person expects of it; `crawler/goldens.py` has the format."""

    name: str
    given: Mapping[str, Any]
    site: Site
    listing: Listing | None = None
    pages: tuple[bytes, ...]
    record: Mapping[str, Any] | None = None
    """The same story as the site's interface gives it."""

    @property
    def expected(self) -> Mapping[str, Any]:
        """Each field of the reading; or `rejected`; or a list's `stories`."""
        expected: Mapping[str, Any] = self.given["expected"]
        return expected

    @property
    def is_article(self) -> bool:
        """Whether a reading is expected."""
        return "title" in self.expected

    def found(self) -> dict[str, Any]:
        """What the reader makes of the pages, in the shape of what is expected."""
        return found(self.given, self.site, self.listing, self.pages[0], self.pages[1:])

    def found_in_record(self) -> dict[str, Any]:
        """What the reader makes of the record alone."""
        assert self.record is not None
        material = Material(
            site=self.site, url=self.given["url"], fetched_at=fetched(self.given), record=Record(self.record)
        )
        return shown(read(material))


@cache
def known() -> dict[str, type[Declaration]]:
    """Families and outlets that ship, by the name of their goldens' folder."""
    return {**FAMILIES, **shipped()}


@cache
def pack() -> Pack:
    """The election that ships: pages are read as they are in a crawl."""
    return load(ElectionSettings().pack, Path())


def goldens(folder: Path = PAGES) -> list[Case]:
    """All goldens of a folder, by name."""
    return [golden(folder, path) for path in sorted(folder.glob("*/*.json"))]


def golden(folder: Path, path: Path) -> Case:
    """A golden by where its expectation lies."""
    given = json.loads(path.read_text("utf-8"))
    assert isinstance(given, dict)
    files = (path.with_suffix(".html"), *(path.parent / name for name in given.get("further", ())))
    declared = known()[path.parent.name]
    return Case(
        name=str(path.relative_to(folder).with_suffix("")),
        given=given,
        site=site_of(path.parent.name, given),
        listing=declared.listing,
        pages=tuple(file.read_bytes() for file in files),
    )


def site_of(folder: str, given: Mapping[str, Any]) -> Site:
    """The outlet that a golden's page is read as; `tests/test_goldens.py` says what a family's is called."""
    declared, parts, own = known()[folder], urlsplit(given["url"]), given.get("site", {})
    if folder in shipped():
        own = {
            "name": declared.outlet,
            "base_url": declared.base_url,
            "timezone": declared.timezone,
            "regions": declared.regions,
        }
    return Site(
        slug=folder,
        name=own.get("name", "Kabar Contoh"),
        base_url=own.get("base_url", f"{parts.scheme}://{parts.netloc}"),
        timezone=own.get("timezone", "Asia/Makassar"),
        rules=declared.rules,
        pack=pack(),
        regions=tuple(own.get("regions", ())),
    )


def recorded(folder: Path) -> Iterator[Case]:
    """The public posts of the recorded WordPress, by its public pages and by its REST interface."""
    stories = {story["path"]: story for story in gold(folder)}
    pages: dict[str, bytes] = {}
    records: dict[str, Mapping[str, Any]] = {}
    wanted = {path.rstrip("/") + part for path in stories for part in PARTS}
    base = at = ""
    with (folder / "captures" / "wordpress-stock.warc.gz").open("rb") as file:
        for one in ArchiveIterator(file):
            parts = urlsplit(one.rec_headers.get_header("WARC-Target-URI") or "")
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if one.rec_type != "response" or one.http_headers.get_statuscode() != "200":
                continue
            if target in wanted:
                pages[target] = one.content_stream().read()
                base, at = f"{parts.scheme}://{parts.netloc}", one.rec_headers.get_header("WARC-Date")
            elif _POSTS.fullmatch(target):
                records = {urlsplit(post["link"]).path: post for post in json.load(one.content_stream())}
    for path, story in stories.items():
        given = {
            "kind": "article",
            "url": base + path,
            "status": 200,
            "content_type": "text/html; charset=UTF-8",
            "fetched_at": at,
            "expected": _entered(story),
        }
        yield Case(
            name=path.rstrip("/").rpartition("/")[2],
            given=given,
            site=Site(slug="recorded", name="Kabar Sampel", base_url=base, timezone="Asia/Makassar", pack=pack()),
            pages=tuple(pages[name] for name in (path.rstrip("/") + part for part in PARTS) if name in pages),
            record=records[path],
        )


def _entered(story: Mapping[str, Any]) -> dict[str, Any]:
    """What an editor entered for a post, as a golden has it."""
    names = ("title", "published_at", "authors", "editors", "section", "tags", "caption")
    dateline, dash, _ = story["paragraphs"][0].partition(" – ")
    return {
        **{name: story[name] for name in names},
        "body": list(paragraphs(story)),
        "published_date": story["published_at"][:10],
        "dateline": dateline + dash if dash else None,
        "credit": next((text for text in story["paragraphs"] if text.startswith("Penulis: ")), None),
    }
