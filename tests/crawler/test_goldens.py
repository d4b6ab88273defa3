"""`outlets record`: a page that is held, or fetched for the purpose, becomes a golden that waits for a reader."""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.records import Reading
from crawler.declaration import Listing
from crawler.goldens import NOT_EXPECTED, TAGS, found, is_list, outlet_at
from crawler.reading import POPOJICMS, Site
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada

FEW = pytest.mark.parametrize("site", [3], indirect=True, ids=["3 articles"])
LISTS = Listing(
    starts=("/category/all", "/article"),
    next_page="{path}/page/{page}",
    article=r"/(detailpost|article)/[^/]+",
    sections=r"/category/[a-z]+",
    cards=(".card",),
)


def pages(pilkada: Pilkada, folder: Path, case: str = "draft") -> tuple[bytes, dict[str, Any]]:
    given = json.loads((folder / "wordpress" / f"{case}.json").read_text("utf-8"))
    return (folder / "wordpress" / f"{case}.html").read_bytes(), given


@FEW
def test_a_page_that_is_held_is_recorded_without_a_request(fresh: Pilkada, site: Newsroom, tmp_path: Path) -> None:
    assert fresh.crawl()["new"] == 3
    article = fresh.articles()[0]
    asked = len(site.requests)
    ended = fresh("outlets", "record", f"{article['url']}?utm_source=wa", "--to", str(tmp_path))
    assert (ended.status, len(site.requests)) == (0, asked), ended
    page, given = pages(fresh, tmp_path)
    assert ended.out.splitlines() == [str(tmp_path / "wordpress" / f"draft{end}") for end in (".html", ".json")]
    assert "read_by" in ended.err
    assert (given["what"], given["read_by"], given["kind"], given["status"]) == ("", "", "article", 200)
    assert given["url"] == article["url"]
    expected = given["expected"]
    assert set(expected) == set(Reading.__dataclass_fields__) - NOT_EXPECTED - TAGS.keys()
    assert (expected["title"], "\n\n".join(expected["body"])) == (article["title"], article["body"])
    assert given["site"] == {"name": "Kabar Sampel", "base_url": site.base_url, "timezone": "Asia/Makassar"}
    assert found(given, Site(slug="wordpress", **given["site"]), None, page) == expected


@FEW
def test_just_the_address_is_fetched_where_nothing_is_held(fresh: Pilkada, site: Newsroom, tmp_path: Path) -> None:
    fresh.crawl("--limit", "1", env=NO_PAGES)
    url = fresh.articles()[0]["url"]
    asked = len(site.requests)
    assert fresh("outlets", "record", url, "--case", "canonical", "--to", str(tmp_path), env=NO_PAGES).status == 0
    assert [target for _, target, _ in site.requests[asked:] if not target.startswith("/robots.txt")] == [
        url.removeprefix(site.base_url)
    ]
    assert pages(fresh, tmp_path, "canonical")[1]["url"] == url


@FEW
def test_a_golden_is_not_written_over_unless_it_is_meant(fresh: Pilkada, tmp_path: Path) -> None:
    fresh.crawl()
    words = ("outlets", "record", fresh.articles()[0]["url"], "--to", str(tmp_path))
    assert fresh(*words).status == 0
    file = tmp_path / "wordpress" / "draft.json"
    file.write_text('{"read_by": "Wati"}', "utf-8")
    ended = fresh(*words)
    assert ended.status == 2
    assert "--force" in ended.complaint()
    assert json.loads(file.read_text("utf-8")) == {"read_by": "Wati"}
    assert fresh(*words, "--case", "kedua").status == fresh(*words, "--force").status == 0
    assert json.loads(file.read_text("utf-8"))["read_by"] == ""


@FEW
def test_what_cannot_be_recorded_is_one_line(fresh: Pilkada, site: Newsroom, tmp_path: Path) -> None:
    to = ("--to", str(tmp_path / "goldens"))
    foreign = fresh("outlets", "record", "https://lain.example/berita/", *to)
    assert foreign.status == 2
    assert SLUG in foreign.complaint()
    assert fresh("outlets", "record", "bukan alamat", *to).status == 2
    assert fresh("outlets", "record", site.base_url, "--case", "../luar", *to).status == 2
    gone = fresh("outlets", "record", f"{site.base_url}/pilkada/01/01/2024/tidak-ada/", *to)
    assert gone.status == 0, gone
    assert pages(fresh, tmp_path / "goldens")[1]["expected"] == {"rejected": "not_found"}
    silent_url = f"{site.base_url}/pilkada/02/01/2024/diam/"
    site.stop()
    silent = fresh("outlets", "record", silent_url, "--case", "lain", *to)
    assert silent.status == 3, silent
    assert "was not kept" in silent.err


def test_the_outlet_is_the_one_whose_base_address_fits_best() -> None:
    class Base:
        def __init__(self, base_url: str) -> None:
            self.base_url = base_url

    outlets: Any = {"a": Base("https://media.example"), "b": Base("https://media.example/kalteng/")}
    assert outlet_at("https://www.media.example/nasional/x/", outlets) == "a"
    assert outlet_at("https://media.example/kalteng/x/", outlets) == "b"
    assert outlet_at("https://media.example/kaltengah/x/", outlets) == "a"
    assert outlet_at("https://media.example:8080/x/", outlets) is None
    assert outlet_at("mailto:x@media.example", outlets) is None


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        ("/category/all", True),
        ("/category/all/page/2", True),
        ("/category/politik", True),
        ("/article", True),
        ("/article/kotak-suara", False),
        ("/detailpost/kotak-suara", False),
        ("/articles-of-association", False),
    ],
)
def test_a_list_is_told_from_a_story_by_its_address(path: str, listed: bool) -> None:
    assert is_list(LISTS, path) is listed


def test_a_golden_of_a_list_holds_its_stories() -> None:
    site = Site(slug="x", name="X", base_url="https://x.example", timezone="Asia/Makassar", rules=POPOJICMS)
    given = {
        "kind": "listing",
        "url": "https://x.example/article",
        "status": 200,
        "content_type": "text/html",
        "fetched_at": "2024-11-22T02:00:00+00:00",
    }
    body = (
        b'<div class="card"><a href="/article/satu">Satu</a></div><div class="card"><a href="/about">Tentang</a></div>'
    )
    story = {"url": "https://x.example/article/satu", "title": "Satu", "published": None, "section": None}
    assert found(given, site, LISTS, body) == {"stories": [story], "more": None}
