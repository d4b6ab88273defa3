"""The record that an item of a WordPress's feed makes."""

import pytest

from crawler.reading.feed import NoFeedError, items, records

LINK = "https://kabar.example/politik/22/11/2024/debat-terakhir/"


def rss(**changes):
    parts = {
        "title": "Debat Terakhir",
        "link": LINK,
        "guid": "https://kabar.example/?p=812",
        "pubDate": "Fri, 22 Nov 2024 02:15:00 +0000",
        "dc:creator": "Rina Wijaya",
        "description": "Ringkasan.",
        "content:encoded": "<![CDATA[<p>Debat terakhir berlangsung tertib.</p>]]>",
    } | {name.replace("_", ":"): value for name, value in changes.items()}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in parts.items() if value is not None)
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel><item>{inner}</item></channel></rss>'.encode()


def test_an_item_is_a_record_with_its_number_and_time():
    record = records(rss())[LINK]
    assert record["id"] == 812
    assert record["date_gmt"] == "2024-11-22T02:15:00"
    assert record["title"] == {"rendered": "Debat Terakhir"}
    assert record["content"] == {"rendered": "<p>Debat terakhir berlangsung tertib.</p>", "protected": False}
    assert record["_embedded"] == {"author": [{"name": "Rina Wijaya"}]}


@pytest.mark.parametrize(
    ("guid", "number"),
    [
        ("https://kabar.example/?p=7", 7),
        ("https://kabar.example/?post_type=berita&amp;p=7", 7),
        ("https://kabar.example/?page=7", None),
        ("https://kabar.example/?p=", None),
        (LINK, None),
        ("https://kabar.example/?p=" + "9" * 19, None),
        ("", None),
    ],
)
def test_the_number_stands_in_the_guid(guid, number):
    assert records(rss(guid=guid))[LINK].get("id") == number


FORM = '<![CDATA[<form class="post-password-form"><p>Masukkan sandi</p></form>]]>'


@pytest.mark.parametrize("prefix", ["", "Protected: ", "Diproteksi: "])
def test_a_protected_item_is_a_protected_record(prefix):
    record = records(rss(title=f"{prefix}Rahasia", content_encoded=FORM))[LINK]
    assert record["content"]["protected"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"content_encoded": None},
        {"content_encoded": "<![CDATA[  ]]>"},
        {"content_encoded": "<![CDATA[<p>Debat terakhir berlangsung [&#8230;]</p>]]>"},
        {"content_encoded": "<![CDATA[<p>Debat […]</p><p>The post <a>Debat</a> appeared first on <a>Kabar</a>.</p>]]>"},
        {"title": "Protected: Debat", "content_encoded": "<![CDATA[<p>Tulisan ini dikunci.</p>]]>"},
        {"title": "Diproteksi: Debat", "content_encoded": "<![CDATA[<p>Tulisan ini dikunci.</p>]]>"},
    ],
    ids=["none", "empty", "excerpt", "excerpt before a tail", "locked by a theme", "locked, in Indonesian"],
)
def test_an_item_without_a_whole_text_makes_no_record(changes):
    assert records(rss(**changes)) == {}
    assert [item.link for item in items(rss(**changes))] == [LINK], "its page is asked for"


def test_an_item_without_a_link_is_known_by_its_guid():
    (item,) = items(rss(link=None, guid=LINK))
    assert item.link == LINK


def test_a_time_at_the_end_of_all_time_is_none():
    record = records(rss(pubDate="Fri, 31 Dec 9999 23:59:59 -1400"))[LINK]
    assert "date_gmt" not in record


@pytest.mark.parametrize(
    "body",
    [b"", b"<r:ss/>", b"<rss:rss/>", b"<feed xmlns='http://www.w3.org/2005/Atom'/>", b"\0\0", b"<!-- -->", b"{}",
     b'<?xml version="1.0" encoding="tak-ada"?><r/>'],
)  # fmt: skip
def test_what_is_no_feed_is_told(body):
    with pytest.raises(NoFeedError):
        items(body)
