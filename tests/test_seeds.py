"""The five seed texts inside pages of their outlets' kinds: read whole, and without a line of what stands around them."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from archive.records import Reading, Trust
from crawler.reading import LISTING, POPOJICMS, WORDPRESS, Material, Page, Record, Site, Told, read
from crawler.reading.dates import moment
from tests.seedpages import BASES, CAPTION_001, PATHS, pages, seed, seeds_folder, serving

pytestmark = pytest.mark.skipif(seeds_folder() is None, reason="the seed texts (../shared/seeds) are not here")

NOW = datetime(2024, 11, 25, tzinfo=UTC)
SITES = {
    "kukar": Site(slug="kukar", name="Kabar Kukar", base_url=BASES["kukar"], timezone="Asia/Makassar", rules=WORDPRESS),
    "kaltimkita": Site(
        slug="kaltimkita",
        name="Kaltimkita",
        base_url=BASES["kaltimkita"],
        timezone="Asia/Makassar",
        rules=POPOJICMS,
    ),
    "gradasigo": Site(
        slug="gradasigo", name="gradasigo", base_url=BASES["gradasigo"], timezone="Asia/Jakarta", rules=LISTING
    ),
    "prokalteng": Site(
        slug="prokalteng",
        name="Prokalteng",
        base_url=BASES["prokalteng"],
        timezone="Asia/Jakarta",
        rules=WORDPRESS,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a person reads off a seed."""

    slug: str
    dateline: str
    place: str | None
    begins: str
    """The first words of the body, dateline cut."""
    ends: str
    lines: int
    """How many paragraphs and items the body has."""
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    credit: str | None = None
    caption: str | None = None
    photo_credit: str | None = None
    section: str | None = None
    day: date
    amp: bool = False
    noise: tuple[str, ...] = ()


EXPECTED = {
    "000": Expected(
        slug="kukar",
        dateline="KUTAI KARTANEGARA –",
        place="Kutai Kartanegara",
        begins="Penjabat Sementara (Pjs) Bupati",
        ends="prinsip demokrasi.",
        lines=9,
        authors=("Slamet",),
        editors=("Sulaiman",),
        credit="Penulis: Slamet/ Penyunting: Sulaiman",
        section="Pemerintahan",
        day=date(2024, 11, 20),
        noise=("Leave a Reply", "Your email address", "Penulis", "*"),
    ),
    "001": Expected(
        slug="kaltimkita",
        dateline="Kaltimkita.com, KUTAI KARTANEGARA -",
        place="Kutai Kartanegara",
        outlet="Kaltimkita.com",
        begins="Pemerintah Kabupaten Kutai Kartanegara",
        ends="pungkasnya.",
        lines=10,
        credit="(ian)",
        caption=CAPTION_001,
        photo_credit="ian/kaltimkita.com",
        section="Politik",
        day=date(2024, 11, 22),
        noise=("(ian)", "Tulis & Tekan", "TAG", "Dipost", "Dilihat", "Banjir", "Pilkada 2024 "),
    ),
    "002": Expected(
        slug="kaltimkita",
        dateline="Kaltimkita.com, BALIKPAPAN-",
        place="Balikpapan",
        outlet="Kaltimkita.com",
        begins="Aparatur Sipil Negara (ASN) tentunya",
        ends="tutupnya.",
        lines=11,
        credit="(lex)",
        caption="Pjs Wali Kota Balikpapan, Ahmad Muzakkir (alex/kaltimkita.com)",
        photo_credit="alex/kaltimkita.com",
        section="Politik",
        day=date(2024, 10, 23),
        noise=("(lex)", "Tulis & Tekan", "images", "alex/", "TAG", "Tinggalkan", "Komentar", "Banjir"),
    ),
    "003": Expected(
        slug="gradasigo",
        dateline="Kayuagung, gradasigo -",
        place="Kayuagung",
        outlet="gradasigo",
        begins="Menjelang Pilkada serentak",
        ends="jujur, adil, dan demokratis.",
        lines=25,
        caption="Foto: Bawaslu OKI",
        photo_credit="Bawaslu OKI",
        section="News",
        day=date(2024, 11, 10),
        noise=("Foto:", "Related Post", "Terpopuler", "Jalan Rusak", "Oleh Redaksi", "10 November 2024"),
    ),
    "004": Expected(
        slug="prokalteng",
        dateline="PROKALTENG.CO-",
        place=None,
        outlet="PROKALTENG.CO",
        begins="Pj Bupati Kapuas H Darliansjah didampingi",
        ends="ucap Rahmat.",
        lines=8,
        credit="(hmskmf/hnd)",
        caption="(Foto Hmskmf)",
        photo_credit="Hmskmf",
        section="Pemkab Kapuas",
        day=date(2024, 9, 18),
        amp=True,
        noise=("Site icon", "Exit mobile", "(hmskmf", "Foto Hmskmf", "years ago", "Advertisement"),
    ),
}


def page_of(number: str, *, amp: bool = False) -> Page:
    slug = EXPECTED[number].slug
    path = PATHS[number] + ("amp/" if amp else "")
    kind, body = pages()[slug][path]
    return Page(url=BASES[slug] + path, content_type=kind, body=body)


def reading(number: str, *, amp: bool = False) -> Reading:
    expected = EXPECTED[number]
    page = page_of(number, amp=amp)
    told = Told()
    if expected.slug == "kaltimkita":
        feed = {"001": "2024-11-22T09:40:00+00:00", "002": "2024-10-23T10:05:00+00:00"}[number]
        told = Told(published=moment(feed, ZoneInfo("Asia/Makassar"), Trust.FEED), section="Politik")
    found = read(Material(site=SITES[expected.slug], url=page.url, page=page, fetched_at=NOW, told=told))
    assert isinstance(found, Reading), found
    return found


@pytest.mark.parametrize("number", EXPECTED)
def test_a_seed_is_read_from_its_page_as_a_person_reads_it(number: str) -> None:
    expected = EXPECTED[number]
    found = reading(number, amp=expected.amp)
    assert found.title == seed(number).title
    assert (found.dateline, found.dateline_outlet, found.place) == (expected.dateline, expected.outlet, expected.place)
    assert (found.authors, found.editors, found.credit) == (expected.authors, expected.editors, expected.credit)
    assert (found.caption or "").endswith(expected.caption or "")
    assert (found.photo_credit, found.section) == (expected.photo_credit, expected.section)
    assert (found.published_date, found.language) == (expected.day, "id")


@pytest.mark.parametrize("number", EXPECTED)
def test_no_line_of_a_seed_is_lost_and_none_is_added(number: str) -> None:
    expected = EXPECTED[number]
    found = reading(number, amp=expected.amp)
    body = list(seed(number).body)
    if expected.authors:
        assert body.pop() == expected.credit
    body[0] = body[0].removeprefix(expected.dateline).lstrip()
    body[-1] = body[-1].removesuffix("*").removesuffix(expected.credit or "").rstrip()
    assert list(found.body) == body
    assert len(body) == expected.lines
    assert body[0].startswith(expected.begins)
    assert body[-1].endswith(expected.ends)
    for words in expected.noise:
        assert [line for line in found.body if words in line] == []


def test_the_feed_gives_the_time_of_day_that_kaltimkita_does_not_print() -> None:
    found = reading("002")
    assert found.published_at
    assert (found.published_at.isoformat(), found.published_source) == ("2024-10-23T18:05:00+08:00", Trust.FEED)
    assert found.tags == ("Pilkada 2024", "Netralitas ASN")


def test_gradasigos_caption_is_the_line_that_repeats_the_pictures_alt() -> None:
    assert reading("003").caption == seed("003").lines[2] == seed("003").lines[3]


@pytest.mark.parametrize("number", ["000", "004"])
def test_the_record_of_a_wordpress_gives_the_body_of_its_page(number: str) -> None:
    slug = EXPECTED[number].slug
    [post] = json.loads(pages()[slug]["/wp-json/wp/v2/posts"][1])
    url = BASES[slug] + PATHS[number]
    material = Material(site=SITES[slug], url=url, record=Record(post), page=page_of(number), fetched_at=NOW)
    found = read(material)
    assert isinstance(found, Reading)
    assert found.body == reading(number, amp=EXPECTED[number].amp).body
    assert reading(number).body == found.body


@pytest.mark.parametrize(
    ("slug", "path", "status"),
    [
        ("prokalteng", "/wp-json/wp/v2/posts?per_page=100&page=1", 200),
        ("kaltimkita", "/category/all/page/2", 200),
        ("gradasigo", "/article?page=2", 200),
        ("kukar", "/tidak-ada/", 404),
    ],
)
def test_the_seeds_are_served_as_their_outlets_serve_them(slug: str, path: str, status: int) -> None:
    with serving(slug) as base:
        parts = urlsplit(base)
        connection = HTTPConnection(parts.hostname or "", parts.port or 0, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
    assert answer.status == status
    assert answer.getheader("X-WP-Total") == ("1" if path.startswith("/wp-json/") else None)
