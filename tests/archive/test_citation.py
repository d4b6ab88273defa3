"""`pilkada cite`: one version of an article in four formats, each read back by somebody else's reader."""

import json
import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import bibtexparser
import jsonschema
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from sqlalchemy import func, select

from archive import removals, takedown
from archive.citation import Citation, cite, of_record
from archive.errors import NotFoundError
from archive.looks import Rule
from archive.models import Visit
from archive.records import Level, Reading, Reason, State
from archive.references import as_bibtex, as_csl, as_ris, as_text
from crawler.cli import main
from tests.archive.test_takedown import hold

NASTY = "Pleno {KPU} & \"Bawaslu\" 50% $5 #1 a_b ~c ^d \\e @article{x, `f'' --g-- }: siap? 🗳️👨‍👩‍👧 <b>!"
PAYLOAD = b"<h1>Logistik</h1><p>Kotak suara tiba di Muara Kaman.</p>"
PAYLOAD_SHA256 = sha256(PAYLOAD).hexdigest()

_TEXT = {"type": "string"}
_DATE = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}},
        }
    },
    "required": ["date-parts"],
    "additionalProperties": False,
}
CSL_DATA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "type": {"enum": ["article", "article-magazine", "article-newspaper", "webpage"]},
            "author": {
                "type": "array",
                "items": {"type": "object", "properties": {"literal": _TEXT}, "additionalProperties": False},
            },
            **dict.fromkeys(("issued", "accessed"), _DATE),
            **dict.fromkeys(("id", "title", "container-title", "URL", "language", "version"), _TEXT),
            **dict.fromkeys(("archive", "archive_location", "note"), _TEXT),
        },
        "required": ["type", "id"],
        "additionalProperties": False,
    },
}
"""What of the schema of CSL data (draft-07, 1.0.2) a citation uses, with its names and types."""


FROM = datetime(2024, 11, 25, 1, 30, 15, tzinfo=UTC)


@dataclass
class Shelf:
    """One outlet's articles by name, and what the command prints of them."""

    room: Any
    uids: dict[str, str]

    def cited(self, name: str, at: date | datetime | None = None) -> Citation:
        return cite(self.room.archive, self.uids[name], at)

    def command(self, name: str, *words: str) -> int:
        return main(["--home", str(self.room.home.root), "cite", name, *words])


@pytest.fixture(scope="module")
def shelf(room: Any) -> Shelf:
    desk = room.begin("kabar-kutai", name="Kabar {Kutai} & Sekitar")
    said = {"authors": ("Rina Wijaya",), "published_date": date(2024, 11, 24)}
    uids: dict[str, str] = {}

    def store(name: str, title: str, body: str, **more: Any) -> None:
        path = f"/{name}/"
        reading = Reading(title=title, body=(body,), extractor="test 1", **more)
        uids[name] = desk.save(desk.sight(path), path, desk.keep(path, PAYLOAD), reading).uid

    def settle() -> None:
        with room.database.write() as connection:
            newest = connection.execute(select(func.max(Visit.id))).scalar_one()
            removals.settle(connection, newest, Rule(), now=room.now())

    store("two", "Dua Penulis", "Dua orang menulis.", **said | {"authors": ("Rina Wijaya", "Andi, S.Sos")})
    store("bare", "Tanpa Apa-apa", "Tak bertanggal.")
    store("nasty", NASTY, "Judul yang sulit.", **said)
    store("taken", "Diturunkan", "Isi yang diturunkan.", **said)
    store("edited", "Logistik Tiba", "Kotak suara tiba di Muara Kaman pada Senin siang.", **said)
    room.pass_time(hours=13)
    store("edited", "Logistik Tiba di Muara Kaman", "Kotak suara tiba di Muara Kaman malam ini, naik feri.", **said)
    store("gone", "Sudah Dihapus", "Berita yang dihapus.", **said)
    settle()
    for _ in range(4):
        room.pass_time(days=1)
        desk.miss("/gone/", Reason.NOT_FOUND)
        settle()
        store("lain", "Berita Lain", "Situsnya masih ada.", **said)
        settle()
    return Shelf(room, uids)


def bibtex(text: str) -> dict[str, str]:
    """Read an entry back as a style would print it; an address is verbatim."""
    read = bibtexparser.parse_string(text)
    assert read.failed_blocks == []
    (entry,) = read.entries
    url = entry["url"]
    read = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert read.failed_blocks == []
    (entry,) = read.entries
    return {"type": entry.entry_type, "key": entry.key} | {
        field.key: url if field.key == "url" else as_typed(field.value) for field in entry.fields
    }


def as_typed(text: str) -> str:
    """What `\\textasciicircum` prints, which the decoder takes for the modifier letter."""
    return text.replace("\u02c6", "^")


def ris(text: str) -> dict[str, Any]:
    """Read a record back."""
    lines = text.split("\r\n")
    assert lines.pop() == ""
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines), lines
    assert (lines[0], lines[-1], text.count("ER  - ")) == ("TY  - NEWS", "ER  - ", 1)
    (read,) = rispy.loads(text)
    assert "unknown_tag" not in read
    return dict(read)


def csl(citation: Citation) -> dict[str, Any]:
    """Check an item against the schema."""
    items = json.loads(json.dumps(as_csl(citation)))
    jsonschema.validate(items, CSL_DATA)
    return dict(items[0])


def test_a_line_names_authors_day_version_and_capture(shelf: Shelf) -> None:
    cited = shelf.cited("two")
    assert as_text(cited) == (
        'Rina Wijaya dan Andi, S.Sos. "Dua Penulis." Kabar {Kutai} & Sekitar, 24 November 2024. Versi 1 dari 1. '
        "http://kabar-kutai.test/two/ Diakses 25 November 2024 pukul 09.30.15 WITA. "
        f"sha256 {PAYLOAD_SHA256} {cited.record_id}"
    )


def test_what_is_not_known_is_left_out(shelf: Shelf) -> None:
    cited = shelf.cited("bare")
    assert as_text(cited).startswith('"Tanpa Apa-apa." Kabar {Kutai} & Sekitar, t.t. Versi 1 dari 1. http')
    assert {"author", "year", "date"} & set(bibtex(as_bibtex(cited))) == set()
    assert {"authors", "year", "date"} & set(ris(as_ris(cited))) == set()
    assert {"author", "issued"} & set(csl(cited)) == set()


@pytest.mark.parametrize("name", ["two", "bare", "nasty", "edited", "gone"])
def test_what_is_cited_is_read_back_as_it_was(shelf: Shelf, name: str) -> None:
    cited = shelf.cited(name)
    day = {"date": cited.published.isoformat(), "year": "2024"} if cited.published else {}
    entry = bibtex(as_bibtex(cited))
    assert {field: value for field, value in entry.items() if field not in ("key", "author")} == day | {
        "type": "article", "title": cited.title, "journal": cited.container, "url": cited.url,
        "urldate": cited.accessed.date().isoformat(), "note": cited.note,
    }  # fmt: skip
    assert entry.get("author", "") == " and ".join(cited.authors)
    assert entry["key"] == f"kabar-kutai-{cited.uid}-v{cited.version}"
    record = ris(as_ris(cited))
    assert (record["title"], record["secondary_title"], record["urls"]) == (cited.title, cited.container, [cited.url])
    assert (record.get("authors", []), record["notes"]) == (list(cited.authors), [cited.note])
    assert record["accession_number"] == cited.location
    item = csl(cited)
    assert (item["title"], item["container-title"], item["URL"]) == (cited.title, cited.container, cited.url)
    assert item.get("author", []) == [{"literal": author} for author in cited.authors]
    assert (item["note"], item["version"]) == (cited.note, str(cited.version))
    assert item["accessed"] == {"date-parts": [[2024, 11, cited.accessed.day]]}


def test_a_note_holds_nothing_that_zotero_takes_for_markup(shelf: Shelf) -> None:
    """Its importer of RIS keeps a note with anything in angle brackets as HTML, and unescapes the place so too."""
    cited = shelf.cited("two")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", cited.record_id)
    assert f"; WARC-Record-ID {cited.record_id}" in cited.note
    assert "<" not in cited.note + cited.location


def test_names_and_title_stand_in_braces_of_their_own(shelf: Shelf) -> None:
    written = as_bibtex(shelf.cited("two"))
    assert "author = {{Rina Wijaya} and {Andi, S.Sos}}" in written
    assert "title = {{Dua Penulis}}" in written


def test_any_text_of_a_site_stays_in_its_field(shelf: Shelf) -> None:
    """A thousand headlines of what breaks BibTeX and RIS, each read back as it was, on one line."""
    chance = random.Random(6)
    pieces = [
        "{",
        "}",
        "\\",
        "&",
        "%",
        "$",
        "#",
        "_",
        "~",
        "^",
        '"',
        "'",
        "`",
        "-",
        "?",
        "!",
        "@",
        ",",
        "<",
        ">",
        "=",
        " ",
    ]
    pieces += [
        "\n",
        "\r\nER  - ",
        "\nTY  - JOUR\n",
        "\x85",
        "\u2028",
        "@article{x,",
        "\\end",
        "$$",
        "🗳️",
        "é",
        "a",
        "Kutai",
        "%\n}",
    ]
    model = shelf.cited("two")
    for start in range(0, 1000, 100):
        made = []
        for number in range(start, start + 100):
            title = "".join(chance.choices(pieces, k=chance.randint(1, 12)))
            made.append(replace(model, uid=f"u{number}", title=" ".join(f"A {title} z".split())))
        read = bibtexparser.parse_string("".join(map(as_bibtex, made)), append_middleware=[LatexDecodingMiddleware()])
        assert read.failed_blocks == []
        assert [as_typed(entry["title"]) for entry in read.entries] == [cited.title for cited in made]
        assert [found["title"] for found in rispy.loads("".join(map(as_ris, made)))] == [cited.title for cited in made]


def test_what_others_wrote_in_addresses_and_ids_stays_in_its_field(shelf: Shelf) -> None:
    archive = shelf.room.archive
    record = archive.get(shelf.uids["two"])
    line_ends = "\r\nER  - \u2028}\n@article{x, \\\x85"
    record["canonical_url"] = f"http://kabar.test/é%20{line_ends}/?a=1&b=%7E#c"
    record["captures"][0]["record_id"] = f"<urn:x:{line_ends}>"
    cited = of_record(archive, record)
    assert (
        cited.url
        == "http://kabar.test/%C3%A9%20%0D%0AER%20%20-%20%E2%80%A8%7D%0A@article%7Bx,%20%5C%C2%85/?a=1&b=%7E#c"
    )
    assert bibtex(as_bibtex(cited))["url"] == ris(as_ris(cited))["urls"][0] == csl(cited)["URL"] == cited.url
    assert bibtex(as_bibtex(cited))["note"] == ris(as_ris(cited))["notes"][0] == cited.note


def test_a_version_is_cited_as_it_stood_at_a_time(shelf: Shelf) -> None:
    now = shelf.cited("edited")
    assert (now.version, now.versions, now.title) == (2, 2, "Logistik Tiba di Muara Kaman")
    seen = FROM + timedelta(hours=13)
    first = shelf.cited("edited", seen - timedelta(seconds=1))
    assert (first.version, first.versions, first.title) == (1, 2, "Logistik Tiba")
    assert first.record_id != now.record_id
    assert first.accessed == FROM
    assert shelf.cited("edited", seen) == now
    assert "Versi 1 dari 2." in as_text(first)
    assert "version 1 of 2" in first.note
    # The edit was seen at 14.30 UTC: still the 25th in Kalimantan, whose day ends at 16.00 UTC.
    assert shelf.cited("edited", date(2024, 11, 25)).version == 2


def test_a_time_before_the_first_version_is_refused(shelf: Shelf) -> None:
    for at in (FROM - timedelta(seconds=1), date(2024, 11, 24), date(1, 1, 1)):
        with pytest.raises(NotFoundError, match=r"was first seen at 2024-11-25T01:30:15Z: none of it is known at"):
            shelf.cited("edited", at)


def test_a_story_that_is_gone_is_cited_with_its_state(shelf: Shelf) -> None:
    cited = shelf.cited("gone")
    assert cited.state is State.REMOVED
    assert "; removed since 2024-1" in cited.note
    assert "last seen 2024-11-25T14:30:15Z" in cited.note
    assert "Dihapus dari situsnya sejak 2024-1" in as_text(cited)


def test_the_command_prints_each_format(shelf: Shelf, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    cited = shelf.cited("two")
    for output, made in (("bibtex", as_bibtex(cited)), ("ris", as_ris(cited))):
        assert shelf.command(cited.uid, "--format", output) == 0
        assert capsysbinary.readouterr().out == made.encode()
    assert shelf.command(f"{cited.url}@2024-11-26T00:00+08:00", "--format", "csl") == 0
    assert json.loads(capsysbinary.readouterr().out) == as_csl(cited)
    assert shelf.command(f"{cited.uid}@2024-11-25") == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert " ".join(lines) == as_text(cited)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("at", "status", "said"),
    [
        ("kemarin", 2, "@kemarin is no day such as 2024-11-27"),
        ("2024-11-31", 2, "@2024-11-31 is no day"),
        ("2024-11-27T25:00Z", 2, "is no day"),
        ("2024-11-27T09:00", 2, "@2024-11-27T09:00 names no zone"),
        ("9999-12-31", 2, "@9999-12-31 is yet to come"),
        ("2999-01-01T00:00Z", 2, "is yet to come"),
        ("2024-11-24", 1, "was first seen at 2024-11-25T01:30:15Z"),
    ],
)
def test_a_time_that_cannot_be_cited_is_one_line(
    shelf: Shelf, capsys: pytest.CaptureFixture[str], at: str, status: int, said: str
) -> None:
    assert shelf.command(f"{shelf.uids['two']}@{at}", "--format", "ris") == status
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert said in printed.err


def test_an_address_may_hold_a_sign_of_its_own(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert shelf.command("http://kabar-kutai.test/@rina/cerita") == 1
    assert "there is no article http://kabar-kutai.test/@rina/cerita" in capsys.readouterr().err


def test_what_was_taken_down_is_a_tombstone(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    uid = shelf.uids["taken"]
    takedown.take_down(
        shelf.room.archive, uid, reason="Permintaan keluarga.", level=Level.HIDDEN, hold=hold, now=shelf.room.now()
    )
    assert shelf.command(uid) == 0
    assert "Permintaan keluarga." in capsys.readouterr().out
    assert shelf.command(uid, "--format", "bibtex") == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert "was taken down on 2024-11-" in printed.err
