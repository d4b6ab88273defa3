import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from archive.records import Key, Reading, Reason, Rejection, Related, Trust
from crawler.reading import WORDPRESS, Material, Page, Record, Site, extractor, read

SITE = Site(slug="contoh", name="Kabar Contoh", base_url="https://contoh.test", timezone="Asia/Makassar")
URL = "https://contoh.test/pilkada/20/11/2024/logistik-tiba/"
NOW = datetime(2024, 11, 21, tzinfo=UTC)
LEAD = "Sebanyak 300 kotak suara yang dibutuhkan untuk pilkada tiba di gudang logistik pada Selasa (19/11/2024) siang."
REST = "Petugas memeriksanya satu per satu dan mencatat tiga kotak yang rusak, lalu melaporkannya kepada pengawas dan polisi."
GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {
            "@type": "Article",
            "headline": "Logistik Pilkada Tiba",
            "datePublished": "2024-11-19T17:30:00+00:00",
            "dateModified": "2024-11-20T01:00:00+00:00",
            "author": {"@id": "#wati"},
            "articleSection": ["Pilkada"],
            "keywords": ["Logistik", "KPU"],
        },
        {"@type": "Person", "@id": "#wati", "name": "Wati Lestari"},
    ],
}


def page(body: str, *, head: str = "", classes: str = "single single-post postid-7", url: str = URL) -> Page:
    html = f'<!doctype html><html lang="en-US"><head>{head}</head><body class="{classes}">{body}</body></html>'
    return Page(url=url, content_type="text/html; charset=UTF-8", body=html.encode())


def read_page(given: Page) -> Reading | Rejection:
    return read(Material(site=SITE, url=given.url, page=given, fetched_at=NOW))


def reading(given: Page) -> Reading:
    result = read_page(given)
    assert isinstance(result, Reading), result
    return result


def record(**fields: object) -> Record:
    return Record(
        {
            "id": 7,
            "link": URL,
            "date_gmt": "2024-11-19T17:30:00",
            "title": {"rendered": "Logistik &#8220;Pilkada&#8221; <em>Tiba</em>"},
            "content": {"rendered": f"<p>SAMARINDA – {LEAD}</p><p>{REST} (wti/adv)</p>", "protected": False},
            **fields,
        }
    )


def of_record(given: Record) -> Reading | Rejection:
    return read(Material(site=SITE, url=URL, record=given, fetched_at=NOW))


STORY = f"<p>SAMARINDA – {LEAD}</p><p>{REST}</p>"


def test_a_page_with_yoast_takes_its_utc_times_to_the_outlets_day() -> None:
    head = (
        f'<title>Logistik Pilkada Tiba - Kabar Contoh</title><script type="application/ld+json">{json.dumps(GRAPH)}</script>'
        '<meta property="og:title" content="Logistik Pilkada Tiba - Kabar Contoh"><link rel="shortlink" href="/?p=7">'
        f'<link rel="canonical" href="{URL}">'
    )
    found = reading(page(f'<article><div class="entry-content">{STORY}</div></article>', head=head))
    assert found.title == "Logistik Pilkada Tiba"
    assert found.published_at
    assert (found.published_date, found.published_at.isoformat()) == (date(2024, 11, 20), "2024-11-20T01:30:00+08:00")
    assert found.published_source is Trust.JSONLD
    assert found.modified_at
    assert found.modified_at.isoformat() == "2024-11-20T09:00:00+08:00"
    assert (found.authors, found.section, found.tags) == (("Wati Lestari",), "Pilkada", ("Logistik", "KPU"))
    assert (found.body, found.place, found.dateline) == ((LEAD, REST), "Samarinda", "SAMARINDA –")
    assert found.keys == (Key(scheme="wp", value="7"),)
    assert (found.canonical, found.language, found.flags) == (URL, "id", ())


def test_a_page_of_a_block_theme_is_read_without_its_comments_and_loops() -> None:
    body = (
        '<h1 class="wp-block-post-title">Logistik Pilkada Tiba</h1>'
        '<figure class="wp-block-post-featured-image"><img src="/foto.jpg"><figcaption>Kotak suara. Foto: Bagus</figcaption></figure>'
        '<div class="wp-block-post-date"><time datetime="2024-11-20T01:30:00+08:00">20 November 2024</time></div>'
        '<div class="taxonomy-category"><a href="/category/pilkada/">Pilkada</a></div>'
        '<p class="wp-block-post-author__name">Wati Lestari</p>'
        f'<div class="entry-content wp-block-post-content">{STORY}</div>'
        '<div class="wp-block-comments"><p>Mantap</p></div><div class="entry-content"><p>Cerita lain</p></div>'
    )
    found = reading(page(body))
    assert found.body == (LEAD, REST)
    assert (found.authors, found.section, found.published_source) == (("Wati Lestari",), "Pilkada", Trust.PAGE)
    assert (found.image_url, found.photo_credit) == ("https://contoh.test/foto.jpg", "Bagus")


def test_a_page_that_says_only_the_day_has_no_time() -> None:
    found = reading(page(f'<article><h1>Logistik Tiba</h1><div class="entry-content">{STORY}</div></article>'))
    assert (found.published_date, found.published_at, found.published_source) == (date(2024, 11, 20), None, Trust.URL)


def test_a_date_near_the_headline_is_read_and_one_in_the_text_is_not() -> None:
    plain = "https://contoh.test/logistik-tiba/"
    header = "<header><h1>Logistik Tiba</h1><p>Rabu, 20 November 2024 | 08:15 WITA</p></header>"
    story = f'<div class="entry-content">{STORY}</div>'
    found = reading(page(f"<article>{header}{story}</article>", url=plain))
    assert found.published_at
    assert (found.published_at.isoformat(), found.published_source) == ("2024-11-20T08:15:00+08:00", Trust.PAGE)
    bare = reading(page(f"<article><h1>Logistik Tiba</h1>{story}</article>", url=plain))
    assert (bare.published_date, bare.published_source) == (None, None)


def test_a_record_is_unescaped_and_its_sign_off_read() -> None:
    found = of_record(record())
    assert isinstance(found, Reading)
    assert found.title == "Logistik “Pilkada” Tiba"
    assert (found.body, found.credit, found.advertorial_mark) == ((LEAD, REST), "(wti/adv)", "adv")
    assert [one.rule for one in found.removed] == ["dateline", "sign_off"]
    assert found.published_at
    assert found.published_at.isoformat() == "2024-11-20T01:30:00+08:00"


def test_links_in_the_body_become_absolute() -> None:
    text = f'<p>{LEAD}</p><p>Baca juga: <a href="/debat/">Debat Kedua</a></p><p>{REST}</p>'
    found = of_record(record(content={"rendered": text}))
    assert isinstance(found, Reading)
    assert found.related == (Related(text="Debat Kedua", url="https://contoh.test/debat/"),)
    assert found.body == (LEAD, REST)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (record(content={"rendered": "", "protected": True}), Reason.PASSWORD),
        (record(content={"rendered": "<p>&nbsp;</p>", "protected": False}), Reason.UNREADABLE),
        (record(content="<p>teks</p>"), Reason.UNREADABLE),
        (record(title=None), Reason.UNREADABLE),
        (Record({}), Reason.UNREADABLE),
    ],
    ids=["protected", "empty", "not an object", "no headline", "nothing"],
)
def test_a_record_without_an_article_is_rejected(given: Record, reason: Reason) -> None:
    found = of_record(given)
    assert isinstance(found, Rejection)
    assert found.reason is reason


def test_a_record_of_wrong_types_is_read_as_far_as_it_goes() -> None:
    found = of_record(
        record(id="7", date_gmt=5, link=None, _embedded={"author": "x", "wp:term": [[None]], "wp:featuredmedia": [1]})
    )
    assert isinstance(found, Reading)
    assert (found.keys, found.published_at, found.authors, found.tags) == ((), None, (), ())


def test_a_record_is_read_although_its_page_is_a_challenge() -> None:
    challenge = Page(url=URL, status=503, body=b"<title>Just a moment...</title>")
    found = read(Material(site=SITE, url=URL, record=record(), page=challenge, fetched_at=NOW))
    assert isinstance(found, Reading)


def test_a_record_without_its_text_takes_the_pages() -> None:
    given = record(content=None)
    shown = page(f'<article><h1>Lain</h1><div class="entry-content">{STORY}</div></article>')
    found = read(Material(site=SITE, url=URL, record=given, page=shown, fetched_at=NOW))
    assert isinstance(found, Reading)
    assert (found.title, found.body) == ("Logistik “Pilkada” Tiba", (LEAD, REST))


def test_a_page_without_a_known_container_is_read_whole_if_it_is_long_enough() -> None:
    rules = replace(WORDPRESS, containers=(".tidak-ada",))
    site = replace(SITE, rules=rules)
    long = "".join(f"<p>{line}</p>" for line in (LEAD, REST, LEAD.replace("300", "400"), REST.replace("tiga", "lima")))
    for text, readable in ((long, True), (STORY, False)):
        shown = page(f"<article><h1>Logistik Tiba</h1>{text}</article>")
        found = read(Material(site=site, url=URL, page=shown, fetched_at=NOW))
        assert isinstance(found, Reading) is readable


def test_the_extractor_is_named_with_the_rules_that_were_used() -> None:
    found = of_record(record())
    assert isinstance(found, Reading)
    assert found.extractor == extractor(WORDPRESS)
    assert found.extractor.startswith("pilkada-reading 4 trafilatura ")
    assert extractor(replace(WORDPRESS, drop=())) != extractor(WORDPRESS)


def test_a_page_in_another_encoding_is_decoded_as_it_declares() -> None:
    html = f'<html><head><meta charset="windows-1252"></head><body class="single"><article><h1>Café</h1><div class="entry-content"><p>{LEAD} “é”</p></div></article></body></html>'
    given = Page(url=URL, content_type="text/html", body=html.encode("cp1252"))
    found = reading(given)
    assert (found.title, found.body[0][-3:]) == ("Café", "“é”")
    assert "mojibake" not in found.flags


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("<p>Singkat saja.</p>", "short"),
        (f"<p>{LEAD} â€œNetralâ€</p>", "mojibake"),
        (f"<p>{LEAD.replace('Selasa', 'Rabu')}</p><p>{REST}</p>", "weekday_mismatch"),
        (f"<p>{LEAD} Debat digelar Sabtu 10 November 2024.</p>", "weekday_mismatch"),
        (f"<p>SAMARINDA, KOMPAS.com - {LEAD}</p><p>{REST}</p>", "copied_dateline"),
        (f"<p>{LEAD}</p><p>{REST}</p><p>Artikel ini telah tayang di KabarLain.com</p>", "republished"),
    ],
)
def test_what_a_reader_should_know_is_flagged(text: str, flag: str) -> None:
    found = of_record(record(content={"rendered": text}))
    assert isinstance(found, Reading)
    assert flag in found.flags


def test_dates_that_fit_their_weekday_are_not_flagged() -> None:
    text = f"<p>{LEAD}</p><p>{REST} Pencoblosan digelar Rabu, 27 November 2024, dan debat Jum’at (22/11/24).</p>"
    found = of_record(record(content={"rendered": text}))
    assert isinstance(found, Reading)
    assert found.flags == ()


def test_a_day_that_the_address_contradicts_is_flagged() -> None:
    found = of_record(record(date_gmt="2024-11-18T01:00:00"))
    assert isinstance(found, Reading)
    assert found.flags == ("date_conflict",)


def test_hostile_markup_is_read_or_rejected_and_never_raises() -> None:
    for body in (
        "<div>" * 5000,
        "<p>" + "&#0;\0\ud800" * 50,
        "<table>" * 3000 + "x",
        '<a href="http://[">' + LEAD + "</a>",
    ):
        result = of_record(record(content={"rendered": f"{body}<p>Baca juga: <a href='http://['>x</a></p>"}))
        assert isinstance(result, Reading | Rejection)


def test_a_feed_s_text_of_a_story_in_parts_is_flagged_by_its_page() -> None:
    parts = '<div class="page-links"><span class="post-page-numbers current">1</span><a class="post-page-numbers" href="2/">2</a></div>'
    shown = Page(
        url=URL,
        body=f"<html><body class='single'><article><h1>Judul</h1><div class='entry-content'><p>Isi.</p>{parts}</div></article></body></html>".encode(),
    )
    told = {**record().payload, "feed": True}
    from_feed = read(Material(site=SITE, url=URL, fetched_at=NOW, record=Record(told), page=shown))
    from_rest = read(Material(site=SITE, url=URL, fetched_at=NOW, record=record(), page=shown))
    assert isinstance(from_feed, Reading)
    assert isinstance(from_rest, Reading)
    assert ("parts_missing" in from_feed.flags, "parts_missing" in from_rest.flags) == (True, False)
