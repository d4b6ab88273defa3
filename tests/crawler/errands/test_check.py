"""`outlets check`: whether an outlet is as declared, and the report that a user can mail."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.output import MisuseError
from crawler.cli import App
from crawler.commands import outlets, record
from crawler.errands.check import check
from crawler.errands.letter import HIDDEN, KIND, pages_in, without_secrets
from crawler.errands.told import Finding
from crawler.errands.visitor import MOST_REQUESTS
from crawler.reading import ReadingPool
from crawler.sample import ListingSite, NewspaperSite, PopojiSite, SampleOutlet, SampleSite
from crawler.sample.popojicms.told import stored
from crawler.sample.server import Answer
from crawler.task import Outlet
from tests.crawler.commandline import Newsroom, Pilkada
from tests.crawler.errands.site import page, visit

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
KINDS = {"stock": SampleSite, "popoji": PopojiSite, "newspaper": NewspaperSite, "listing": ListingSite}
SECRETS = ("k0ta-ses1", "k0ta-csrf", "k0ta-n0nce", "k0ta-pengguna", "k0ta-t0ken", "redaksi@kota.example")


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(1, 512) as pool:
        yield pool


@pytest.fixture(scope="module")
def site_of() -> Iterator[Callable[[str], SampleOutlet]]:
    with ExitStack() as stack:
        yield cache(lambda kind: stack.enter_context(KINDS[kind](clock=lambda: NOW)))


def looked(
    site: SampleOutlet,
    pool: ReadingPool,
    *,
    family: str | None = None,
    zone: str | None = None,
    instead: tuple[str, Answer] | None = None,
) -> Finding:
    url = site.base_url
    outlet = Outlet(
        slug="contoh",
        name=site.name,
        family=family or site.family,
        declared_url=url,
        base_url=url,
        timezone=zone or site.zone_name,
        regions=(),
        pages="none",
    )
    found, asked = visit(
        lambda target, headers: instead[1] if instead and instead[0] in target else site.answer(target, headers),
        lambda visitor: check(visitor, outlet, pool),
        url,
    )
    assert len(asked) + 1 <= MOST_REQUESTS, "robots.txt is one more"
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_an_outlet_as_declared_has_nothing_wrong(
    kind: str, site_of: Callable[[str], SampleOutlet], pool: ReadingPool
) -> None:
    site = site_of(kind)
    found = looked(site, pool)
    assert found.wrong == []
    posts = {site.path(post): post for post in site.public}
    read = [article for article in found.articles if not article.rejected]
    assert len(read) >= 2
    for article in read:
        post = posts[article.url.removeprefix(site.base_url)]
        assert article.title == (stored(post.title) if kind == "popoji" else post.title)
        assert (article.published or "")[:10] == f"{post.date:%Y-%m-%d}"
        assert article.body > 200


@pytest.mark.parametrize(
    ("kind", "change", "wrong"),
    [
        ("stock", {"zone": "Asia/Jakarta"}, ["timezone: the site says Asia/Makassar"]),
        ("popoji", {"family": "listing"}, ["sources: the list /article answered 404"]),
        ("stock", {"family": "popojicms"}, ["family: the site looks like wordpress", "sources: the list /category/all answered 404"]),
        ("stock", {"instead": ("/wp/v2", Answer(status=403))}, ["sources: the REST interface"]),
        ("popoji", {"instead": ("/feed", Answer(status=404))}, ["sources: the feed answered 404"]),
        ("listing", {"instead": ("/article/", page("Tidak Ada"))}, ["articles: none"]),
        ("listing", {"instead": ("/", page("Kosong"))}, ["sources: the list /article leads to no story"]),
    ],
    ids=["zone", "family", "another family", "closed interface", "no feed", "unreadable stories", "no stories"],
)  # fmt: skip
def test_what_is_not_as_declared_is_said(
    kind: str, change: dict[str, Any], wrong: list[str], site_of: Callable[[str], SampleOutlet], pool: ReadingPool
) -> None:
    found = looked(site_of(kind), pool, **change)
    assert found.wrong
    for line in wrong:
        assert any(said.startswith(line) for said in found.wrong), found.wrong


def test_a_report_can_be_mailed_and_becomes_a_golden(tmp_path: Path, site: Newsroom) -> None:
    pilkada = Pilkada(tmp_path / "home")
    pilkada.declare(site.base_url, top="")
    text = (pilkada.home / "pilkada.toml").read_text("utf-8").replace("Asia/Makassar", "Asia/Jakarta")
    (pilkada.home / "pilkada.toml").write_text(text, "utf-8")
    own = site.answer
    site.answer = lambda target, headers: marked(own(target, headers))  # type: ignore[method-assign]
    report = tmp_path / "laporan.json"
    ended = pilkada("outlets", "check", "--report", str(report), env={"PILKADA_CRAWL__CONTACT": "redaksi@kota.example"})
    assert ended.status == 3, ended
    assert "timezone: the site says Asia/Makassar" in ended.err
    assert max(map(len, ended.out.splitlines())) <= 80
    assert site.requests[0][1] == "/robots.txt"
    assert len(site.requests) <= MOST_REQUESTS
    assert not (pilkada.home / "pilkada.db").exists(), "a look stores nothing"
    written = report.read_text("utf-8")
    for secret in (*SECRETS, str(tmp_path), str(Path.home())):
        assert secret not in written, secret
    assert HIDDEN in written
    assert list(tmp_path.glob(".laporan*")) == []

    made = CliRunner().invoke(
        record, [str(report), "--case", "dikirim", "--to", str(tmp_path / "goldens")], obj=App(tmp_path, None, "ERROR")
    )
    assert made.exit_code == 0, made
    golden = json.loads((tmp_path / "goldens" / "wordpress" / "dikirim.json").read_text("utf-8"))
    shown = {site.address(post): post.title for post in site.public}
    assert golden["expected"]["title"] == shown[golden["url"]]
    assert golden["site"]["timezone"] == "Asia/Jakarta"
    assert shown[golden["url"]] in (tmp_path / "goldens" / "wordpress" / "dikirim.html").read_text("utf-8")


def marked(answer: Answer) -> Answer:
    """An answer that tells secrets wherever sites do."""
    hidden = (
        '<head><meta content="k0ta-csrf" name="csrf-token"><input type=hidden name="_token" value="k0ta-t0ken">'
        '<script>var x = {"ajax_nonce":"k0ta-n0nce"}; loginToken = \'k0ta-t0ken\'</script>'
        '<a href="http://k0ta-pengguna:k0ta-t0ken@127.0.0.1/?PHPSESSID=k0ta-ses1&amp;_wpnonce=k0ta-n0nce">x</a>'
        "<!-- redaksi@kota.example -->"
    )
    headers = (
        *answer.headers,
        ("Set-Cookie", "PHPSESSID=k0ta-ses1; path=/"),
        ("Set-Cookie", "XSRF-TOKEN=k0ta-csrf"),
        ("X-CSRF-Token", "k0ta-csrf"),
        ("Authorization", "Basic k0ta-t0ken"),
        ("Refresh", "9; url=https://k0ta-pengguna@lain.example/?token=k0ta-t0ken"),
    )
    body = answer.body.replace(b"<head>", hidden.encode(), 1)
    return Answer(status=answer.status, headers=headers, body=body, chunked=answer.chunked)


def test_words_of_a_story_are_not_taken_for_secrets() -> None:
    text = (
        '<p>Bawaslu: "kata sandi" bocor? Token listrik = mahal. Surat a@b.example</p><a href="/berita?page=2&amp;id=7">'
    )
    assert without_secrets(text.encode()).decode() == text


@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_a_token_is_hidden_however_its_value_is_quoted(quote: str) -> None:
    """Programs that make pages smaller leave quotes out."""
    tags = (
        f"<meta name={quote}csrf-token{quote} content={quote}k0ta{quote}><input value={quote}k0ta{quote} name=_token>"
    )
    assert "k0ta" not in without_secrets(tags.encode()).decode()


@pytest.mark.parametrize(
    ("url", "at"), [("http://[kota/", "2025-06-10T03:00:00Z"), ("https://kota.example/a", "0001-01-01T00:00:00+14:00")]
)
def test_a_report_whose_page_stands_nowhere_or_at_no_time_is_one_line(url: str, at: str, tmp_path: Path) -> None:
    declared = {"family": "wordpress", "name": "K", "base_url": "https://kota.example", "timezone": "Asia/Jakarta"}
    told = {"url": url, "status": 200, "headers": {}, "at": at, "role": "page", "text": "<p>"}
    outlet = {"outlet": "kota", "declared": declared, "exchanges": [told]}
    letter = {"what": KIND, "version": "1", "written_at": "2025-01-01T00:00:00Z", "outlets": [outlet]}
    (tmp_path / "x.json").write_text(json.dumps(letter), "utf-8")
    with pytest.raises(MisuseError, match=r"is no report of .*: .* is no page of a site"):
        pages_in(tmp_path / "x.json")


@pytest.mark.parametrize(
    "text",
    ["{}", "bukan json", '{"what": "pilkada outlets check", "version": "1", "written_at": "2025-01-01T00:00:00Z", "outlets": [{"outlet": "../x", "declared": {}}]}', '{"what": "lain", "version": "1", "written_at": "2025-01-01T00:00:00Z", "outlets": []}'],
    ids=["empty", "no JSON", "a path for a name", "another file"],
)  # fmt: skip
def test_a_file_that_is_no_report_is_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(text, "utf-8")
    ended = CliRunner().invoke(record, [str(file), "--to", str(tmp_path / "g")], obj=App(tmp_path, None, "ERROR"))
    assert ended.exit_code == 2, ended
    assert "is no report" in ended.output
    assert not (tmp_path / "g").exists()


def test_nobody_is_asked_without_a_contact(tmp_path: Path) -> None:
    ended = CliRunner().invoke(outlets, ["check", "kaltimkita"], obj=App(tmp_path, None, "ERROR"))
    assert "crawl.contact is unset" in str(ended.exception)
