"""Pages to keep and print: all that a site wrote is text on them, and they load nothing."""

import json
import re
from html.parser import HTMLParser

import pytest

from archive.printout import of_article, of_difference
from crawler.cli import main
from tests.archive.ran import COUNT, HOSTILE, NOTE, Ran

ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "strong", "dl", "dt", "dd"),
    *("table", "tr", "th", "td", "ins", "del"),
}
VOID = {"meta"}


class Page(HTMLParser):
    """A page as a browser takes it apart; all elements are closed, and none can load or run anything."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.inside == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS
        assert {name for name, _ in attrs} <= {"lang", "charset", "name", "content", "http-equiv"}
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.inside[-1], data))

    def of(self, *tags: str) -> list[str]:
        return [text for tag, text in self.texts if tag in tags]


def test_an_article_is_a_page_with_what_is_known_of_it(ran: Ran) -> None:
    record = ran.archive.get(ran.uids["edited"])
    text = of_article(record)
    page = Page(text)
    assert page.of("title") == page.of("h1") == ["Surat Suara Rusak"]
    assert page.of("p") == [COUNT.format(421), NOTE, "Panitia menggantinya."]
    facts = dict(zip(page.of("dt"), page.of("dd"), strict=False))
    assert facts["uid"] == record["uid"]
    assert facts["state"] == "live, version 3 of 3"
    assert {version["text_sha256"] for version in record["history"]} <= set(page.of("td"))
    assert text.count("default-src 'none'") == 1
    assert not re.search(r"\b(?:src|href|on\w+)=", text)


def test_an_article_of_a_cluster_names_its_members(ran: Ran) -> None:
    page = Page(of_article(ran.archive.get(ran.uids["copy"])))
    members = {ran.uids[name] for name in ("first", "copy", "trimmed", "padded", "reworded")}
    assert members <= set(page.of("td"))
    assert f"copy of {ran.uids['first']} (kabar), number 2 of 5" in page.of("dd")


def test_what_a_site_wrote_is_never_markup(ran: Ran) -> None:
    hostile, other = ran.archive.get(ran.uids["hostile"]), ran.archive.get(ran.uids["edited"])
    page = Page(of_article(hostile))
    plain = HOSTILE.replace("\u202e", "").replace("\u202c", "")
    assert page.of("title") == page.of("h1") == [plain]
    assert page.of("p") == ["<b>Tebal</b> & <script>alert(2)</script>", "=1+1"]
    for text in (of_difference(other, hostile), of_difference(hostile, other), of_article(hostile)):
        Page(text)
        assert "<script" not in text
        assert "<img" not in text
        assert "\u202e" not in text


_OF_REMOVAL = ("first_missed_at", "removed_at", "notice")


def test_every_field_of_a_site_is_escaped(ran: Ran) -> None:
    record = ran.archive.get(ran.uids["edited"])
    mark = "<i id=a onclick='x'>\"&\x1b"
    told = {name: mark for name, value in record.items() if value is None or isinstance(value, str)}
    lists = {name: [mark] for name in ("authors", "editors", "tags", "flags")}
    history = [version | {"note": mark, "title": mark, "since": mark} for version in record["history"]]
    hostile = record | told | lists | {"history": history, "cluster": None, "election": None}
    hostile |= dict.fromkeys(("regions", "topics", "actors"))
    hostile["removal"] = {"because": "soft_404", "explained": True, **dict.fromkeys(_OF_REMOVAL, mark)}
    hostile["events"] = [{"at": mark, "event": "restored"}]
    for text in (of_article(hostile), of_difference(hostile | {"version": 2}, hostile)):
        Page(text)
        assert "<i " not in text
        assert "\x1b" not in text


def test_a_difference_shows_the_words_and_what_was_compared(ran: Ran) -> None:
    uid = ran.uids["edited"]
    old, new = (ran.archive.get(uid, version=number) for number in (1, 2))
    page = Page(of_difference(old, new))
    assert page.of("del") == ["struck out", "412"]
    assert page.of("ins") == ["underlined", "421"]
    assert page.of("strong") == ["version 1 became 2: 2024-09-30T02:00:00Z; figures; silent"]
    digests = [version["text_sha256"] for version in new["history"][:2]]
    assert [text for text in page.of("dd") if text in digests] == digests
    assert "2 of 3, first seen 2024-09-30T02:00:00Z" in page.of("dd")


def test_the_command_prints_pages(ran: Ran, capsys: pytest.CaptureFixture[str], root_logger: None) -> None:
    assert main([*ran.home, "show", ran.uids["edited"], "--format", "html"]) == 0
    assert capsys.readouterr().out == of_article(ran.archive.get(ran.uids["edited"])) + "\n"
    assert main([*ran.home, "show", ran.uids["edited"], "--diff", "--format", "html"]) == 0
    assert Page(capsys.readouterr().out).of("ins") == ["underlined", NOTE]


def test_an_only_version_is_compared_with_the_first_of_its_cluster(
    ran: Ran, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    assert main([*ran.home, "show", ran.uids["padded"], "--diff"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines[:2]).startswith(
        f"from {ran.uids['first']} (kabar, 2024-09-20) to {ran.uids['padded']} (hulu, 2024-09-21): copy,"
    )
    assert "Berita [-first-] {+padded+}" in lines
    assert max(map(len, lines)) <= 80
    assert main([*ran.home, "show", ran.uids["padded"], "--diff", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["uid"], told["against"]) == (ran.uids["padded"], ran.uids["first"])
    (member,) = (one for one in ran.archive.cluster(ran.uids["first"]) if one["uid"] == ran.uids["padded"])
    assert told["evidence"] == {name: member[name] for name in told["evidence"]}


@pytest.mark.parametrize(
    ("name", "words", "other", "said"),
    [
        ("edited", ["--diff"], "edited", ""),
        ("edited", ["--diff", "--version", "1"], None, "version 1 of 3: nothing came before it"),
        ("copy", ["--against", "first"], "first", ""),
        ("first", ["--against", "first"], None, "it is the first of its cluster"),
        ("first", ["--diff"], None, "it is the first of its cluster"),
        ("event", ["--diff"], None, "nothing came before it, and no other outlet has its text"),
        ("event", ["--against", "first"], None, "is in no cluster"),
        ("event", ["--against", "{first}"], "first", ""),
        ("event", ["--against", "{event}"], None, "is the article itself"),
        ("edited", ["--against", "http://seruni.test/event/"], "event", ""),
        ("event", ["--against", "http://seruni.test/tidak-ada/"], None, "there is no article"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_what_a_difference_is_to(
    ran: Ran,
    capsys: pytest.CaptureFixture[str],
    root_logger: None,
    name: str,
    words: list[str],
    other: str | None,
    said: str,
) -> None:
    asked = [word.format(**ran.uids) for word in words]
    status = main([*ran.home, "show", ran.uids[name], *asked, "--format", "json"])
    shown = capsys.readouterr()
    assert said in shown.err
    if other is None:
        assert shown.out == ""
        assert status == (1 if "no article" in said or "no cluster" in said else 0)
    else:
        told = json.loads(shown.out)
        assert told.get("against", told["uid"]) == ran.uids[other]
