"""Text is normalised once, where it comes in: no field of a reading holds what no database, file or search can bear."""

import json
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from archive.records import Reading
from crawler.reading import Material, Page, Record, Site, read

SITE = Site(slug="contoh", name="Kabar Contoh", base_url="https://contoh.test", timezone="Asia/Makassar")
URL = "https://contoh.test/logistik-tiba/"
NOW = datetime(2024, 11, 21, tzinfo=UTC)
DIRT = "re\u0301sume\u0301\x07\u00a0 kabupaten\x1b \u0000"
STORY = (
    f"SAMARINDA – Sebanyak 300 kotak suara {DIRT} tiba di gudang logistik kabupaten dan langsung diperiksa petugas. "
    "Tiga kotak yang rusak dicatat, lalu dilaporkan kepada pengawas dan polisi yang menjaga gudang itu siang dan malam."
)
GRAPH = {"@type": "Article", "headline": f"Logistik {DIRT}", "author": {"name": f"Wati {DIRT}"}, "keywords": [DIRT]}
PAGE = (
    f"<html><head><title>{DIRT}</title><script type='application/ld+json'>{json.dumps(GRAPH)}</script>"
    f"<meta property='article:section' content='Pilkada {DIRT}'></head><body class='single'><article>"
    f"<figure class='post-thumbnail'><figcaption>Kotak {DIRT} &#xD800; Foto: Bagus {DIRT}</figcaption></figure>"
    f"<div class='entry-content'><p>{STORY} &#xDFFF;</p><p>Baca juga: <a href='/debat/'>Debat {DIRT}</a></p></div>"
    "</article></body></html>"
)
RECORD = {
    "title": {"rendered": f"Logistik {DIRT} \ud800"},
    "content": {"rendered": f"<p>{STORY} \udfff</p>"},
    "_embedded": {"author": [{"name": f"Wati {DIRT} \ud800"}]},
}


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    "given",
    [
        Material(site=SITE, url=URL, fetched_at=NOW, page=Page(url=URL, body=PAGE.encode("utf-8", "surrogatepass"))),
        Material(site=SITE, url=URL, fetched_at=NOW, record=Record(RECORD)),
    ],
    ids=["page", "record"],
)
def test_every_text_of_a_reading_is_clean_and_the_bytes_are_as_they_were(given: Material) -> None:
    before = given.page.body if given.page else b""
    found = read(given)
    assert isinstance(found, Reading)
    assert found.title.startswith("Logistik résumé")
    assert "300 kotak suara résumé kabupaten tiba" in found.body[0]
    for text in texts(asdict(found)):
        text.encode()
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(sign) == "Cc" for sign in text), text
    assert (given.page.body if given.page else b"") == before
