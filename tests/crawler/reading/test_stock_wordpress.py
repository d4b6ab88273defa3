"""The recorded WordPress against what its editor entered: a floor under reading that may rise and not sink."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.records import Reading, Reason, Rejection, Trust
from crawler.reading import EXTRACTOR, Material, Page, Record, Site, read

CAPTURES = next(
    (at for up in Path(__file__).resolve().parents if (at := up.parent / "shared" / "captures").is_dir()),
    Path("absent"),
)
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="the recorded WordPress (../shared/captures) is not here")

SITE = Site(slug="kukar", name="Kabar Kukar", base_url="http://127.0.0.1:8081", timezone="Asia/Makassar")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FLOOR_OF_RECORDS = 54
FLOOR_OF_PAGES = 53


class Recording(NamedTuple):
    posts: dict[int, dict[str, Any]]
    pages: dict[str, Page]


@cache
def recording() -> Recording:
    """Every REST post in its fullest form, and every public page by its path and query."""
    posts: dict[int, dict[str, Any]] = {}
    pages: dict[str, Page] = {}
    with (CAPTURES / "wordpress-stock.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type != "response":
                continue
            url = urlsplit(record.rec_headers.get_header("WARC-Target-URI"))
            status = int(record.http_headers.get_statuscode())
            kind = record.http_headers.get_header("Content-Type") or ""
            body = record.content_stream().read()
            if url.path.startswith("/wp-json/wp/v2/posts") and status == 200:
                found = json.loads(body)
                for post in found if isinstance(found, list) else [found]:
                    if "content" in post and len(json.dumps(post)) > len(json.dumps(posts.get(post["id"], {}))):
                        posts[post["id"]] = post
            elif kind.startswith("text/html") and body:
                address = url.path + (f"?{url.query}" if url.query else "")
                page = Page(url=url.geturl(), status=status, content_type=kind, body=body)
                pages.setdefault(address, page)
    return Recording(posts, pages)


def gold() -> list[dict[str, Any]]:
    return json.loads((CAPTURES / "wordpress-stock.gold.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00a0", " ").split())


def expected(paragraphs: list[str]) -> Iterator[str]:
    for number, paragraph in enumerate(map(plain, paragraphs)):
        if paragraph.startswith("Penulis: ") and "/ Penyunting: " in paragraph:
            continue
        text = paragraph.split(" – ", 1)[-1] if number == 0 else paragraph
        yield text.removesuffix(" *")


def material(post: dict[str, Any] | None = None, page: Page | None = None) -> Material:
    url = page.url if page else str(post and post["link"])
    return Material(site=SITE, url=url, fetched_at=NOW, record=Record(post) if post else None, page=page)


def by_path() -> dict[str, dict[str, Any]]:
    return {urlsplit(post["link"]).path: post for post in recording().posts.values()}


def reading_of(given: Material) -> Reading:
    result = read(given)
    assert isinstance(result, Reading), result
    return result


def test_every_field_of_every_record_is_what_the_editor_entered() -> None:
    posts = by_path()
    for story in gold():
        reading = reading_of(material(posts[story["path"]]))
        assert reading.published_at
        assert reading.modified_at
        assert {
            "title": reading.title,
            "published_at": reading.published_at.isoformat(),
            "modified_at": reading.modified_at.isoformat(),
            "section": reading.section,
            "tags": list(reading.tags),
            "caption": reading.caption,
            "figure_captions": list(reading.captions),
            "authors": list(reading.authors),
            "editors": list(reading.editors),
        } == {name: value for name, value in story.items() if name not in ("path", "paragraphs", "account")}, story[
            "path"
        ]
        assert reading.published_source is Trust.API
        assert reading.extractor == EXTRACTOR


def test_bodies_of_records_are_the_editors_paragraphs_repeats_included() -> None:
    posts = by_path()
    equal = [list(reading_of(material(posts[one["path"]])).body) == list(expected(one["paragraphs"])) for one in gold()]
    assert len(equal) == 54
    assert sum(equal) >= FLOOR_OF_RECORDS


def test_public_pages_alone_give_the_same_articles() -> None:
    """53 of the 54 pages show a whole story; the other is the first part of three."""
    equal = 0
    for story in gold():
        reading = reading_of(material(page=recording().pages[story["path"]]))
        equal += (
            list(reading.body) == list(expected(story["paragraphs"]))
            and [reading.title, reading.section, list(reading.tags), reading.caption]
            == [story["title"], story["section"], story["tags"], story["caption"]]
            and (list(reading.authors), list(reading.editors)) == (story["authors"], story["editors"])
            and reading.published_at is not None
            and reading.published_at.isoformat() == story["published_at"]
            and list(reading.captions) == story["figure_captions"]
        )
    assert equal >= FLOOR_OF_PAGES


def test_record_and_page_together_are_the_record() -> None:
    posts = by_path()
    for story in gold():
        post, page = posts[story["path"]], recording().pages[story["path"]]
        alone, both = reading_of(material(post)), reading_of(material(post, page))
        assert (alone.body, alone.authors, alone.tags) == (both.body, both.authors, both.tags)


def test_a_story_in_three_parts_is_joined_from_its_pages() -> None:
    path = "/ekonomi/07/09/2024/ketua-kpu-barito-selatan-meminta-sekolah-menyiapkan-ruang-belajar-tambahan/"
    story = next(one for one in gold() if one["path"] == path)
    first, second, third = (recording().pages[path + part] for part in ("", "2/", "3/"))
    alone = reading_of(material(page=first))
    assert "parts_missing" in alone.flags
    whole = reading_of(Material(site=SITE, url=first.url, fetched_at=NOW, page=first, further=(second, third)))
    assert list(whole.body) == list(expected(story["paragraphs"]))
    assert "parts_missing" not in whole.flags
    later = read(material(page=second))
    assert isinstance(later, Rejection)
    assert later.reason is Reason.UNREADABLE


def test_a_post_behind_a_password_is_rejected_by_record_and_by_page() -> None:
    (post,) = (post for post in recording().posts.values() if post["content"]["protected"])
    for given in (material(post), material(page=recording().pages[urlsplit(post["link"]).path])):
        result = read(given)
        assert isinstance(result, Rejection)
        assert result.reason is Reason.PASSWORD


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/", Reason.LISTING),
        ("/page/2/", Reason.LISTING),
        ("/category/pilkada/", Reason.LISTING),
        ("/category/uncategorized/", Reason.LISTING),
        ("/tag/kukar/", Reason.LISTING),
        ("/author/slamet/", Reason.LISTING),
        ("/20/11/2024/", Reason.LISTING),
        ("/?s=pilkada", Reason.LISTING),
        ("/wp-login.php", Reason.PASSWORD),
        ("/tidak-ada-halaman-ini/", Reason.NOT_FOUND),
    ],
)
def test_other_pages_of_the_site_are_rejected(address: str, reason: Reason) -> None:
    result = read(material(page=recording().pages[address]))
    assert isinstance(result, Rejection)
    assert result.reason is reason


def test_addresses_with_something_behind_them_show_the_same_story() -> None:
    path = "/pilkada/20/11/2024/antisipasi-kerawanan-pemilu-kukar-perketat-pengawasan-netralitas-asn/"
    plain_page = reading_of(material(page=recording().pages[path]))
    for behind in ("page/2/", "comment-page-1/", "?amp=1", "?replytocom=5", "?utm_source=fb&utm_medium=x"):
        variant = reading_of(material(page=recording().pages[path + behind]))
        assert (variant.body, variant.keys) == (plain_page.body, plain_page.keys)


def test_a_hidden_author_and_missing_embeds_are_filled_from_the_page() -> None:
    post = dict(by_path()["/pilkada/20/11/2024/antisipasi-kerawanan-pemilu-kukar-perketat-pengawasan-netralitas-asn/"])
    page = recording().pages[urlsplit(post["link"]).path]
    post["content"] = {"rendered": post["content"]["rendered"].rsplit("<p>Penulis", 1)[0], "protected": False}
    post["_embedded"] = {"author": [{"code": "rest_user_invalid_id", "message": "…", "data": {"status": 404}}]}
    alone, both = reading_of(material(post)), reading_of(material(post, page))
    assert (alone.authors, alone.tags, alone.section, alone.caption) == ((), (), None, None)
    assert both.authors == ("Slamet",)
    assert both.tags == ("ASN", "Kukar", "Pilkada 2024")
    assert both.caption == "Pjs Bupati Kukar Bambang Arwanto (tengah). Foto: Humas"
    assert both.photo_credit == "Humas"
