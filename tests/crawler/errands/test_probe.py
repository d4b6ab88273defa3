"""`outlets probe`: a site that nobody declared becomes an outlet by what it says of itself, or is one line."""

import json
import socket
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.config import load
from crawler.errands.block import block
from crawler.errands.probe import probe
from crawler.errands.told import Finding
from crawler.errands.visitor import MOST_REQUESTS, NoAnswerError
from crawler.reading import ReadingPool
from crawler.sample import ListingSite, NewspaperSite, PopojiSite
from crawler.sample.server import Answer
from tests.crawler.commandline import Newsroom, Pilkada, environment
from tests.crawler.errands.site import BASE, page, visit

NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)
PROSE = " ".join(["Panitia pemungutan suara menata kotak suara di balai desa sejak pagi."] * 6)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool(1, 512) as pool:
        yield pool


def test_an_outlet_of_each_system_is_added_by_probe_alone(tmp_path: Path) -> None:
    """The fifth outlet of issue 4: probe, append, crawl; every public article is stored."""
    pilkada = Pilkada(tmp_path / "home")
    pilkada.home.mkdir()
    file = pilkada.home / "pilkada.toml"
    with (
        PopojiSite(clock=lambda: NOW) as popoji,
        NewspaperSite(clock=lambda: NOW) as newspaper,
        ListingSite(clock=lambda: NOW) as listing,
    ):
        sites = {"kaltim-sampel": popoji, "kalteng-sampel": newspaper, "sumsel-sampel": listing}
        newspaper.robots = "User-agent: *\nDisallow: /feed/\n"
        hosts = [urlsplit(site.base_url).netloc for site in sites.values()]
        file.write_text(f"[crawl]\nallow_hosts = {json.dumps(hosts)}", "utf-8")
        looks = [
            subprocess.Popen(
                pilkada.command("outlets", "probe", site.base_url),
                stdout=subprocess.PIPE,
                env=environment(),
                cwd=tempfile.gettempdir(),
            )
            for site in sites.values()
        ]
        for look, site in zip(looks, sites.values(), strict=True):
            printed, _ = look.communicate(timeout=60)
            assert look.returncode == 0
            with file.open("ab") as settings:  # as `>> pilkada.toml` does
                settings.write(printed)
            assert len(site.requests) <= MOST_REQUESTS
            assert site.requests[0][1] == "/robots.txt"
        assert not any(target.startswith("/feed/") for _, target, _ in newspaper.requests), "robots.txt is obeyed"
        assert b"silent wordpress-feed /feed/: robots.txt asks not to fetch" in file.read_bytes()
        assert not (pilkada.home / "pilkada.db").exists(), "a look stores nothing"
        declared = tomllib.loads(file.read_text("utf-8"))["outlets"]
        assert {slug: outlet["family"] for slug, outlet in declared.items()} == {
            slug: site.family for slug, site in sites.items()
        }
        assert declared["kalteng-sampel"]["timezone"] == newspaper.zone_name
        reports = pilkada("crawl", "--all", "--format", "json").json()
        assert {report["outlet"]: (report["status"], report["new"]) for report in reports} == {
            slug: ("ok", len(site.public)) for slug, site in sites.items()
        }


def test_a_site_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = Pilkada(tmp_path / "home")("outlets", "probe", url)
    assert (ended.status, ended.out) == (3, "")
    assert ended.complaint().startswith(f"{url}: robots.txt did not answer")
    assert ended.complaint().endswith("does that address open in a browser?")


def test_a_look_leads_to_no_address_that_is_not_public(tmp_path: Path, site: Newsroom) -> None:
    pilkada = Pilkada(tmp_path / "home")
    site.scripted["/robots.txt"] = Answer(status=404)
    site.scripted["/"] = Answer(status=302, headers=(("Location", "http://127.0.0.1/"),))
    wandered = pilkada("outlets", "probe", site.base_url)
    assert (wandered.status, wandered.out) == (3, "")
    assert "127.0.0.1:80 leads to no public address" in wandered.complaint()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("kabar kita", "must be the address of a site"),
        ("ftp://kabar.example", "must be the address of a site"),
        ("https://kabar.example", "crawl.contact is unset"),
        ("https://www.kaltimkita.com/detailpost/x", "is declared as kaltimkita: write [outlets.kaltimkita]"),
    ],
    ids=["no address", "not of the web", "no contact", "it ships"],
)
def test_what_cannot_be_probed_is_said_before_anything_is_sent(tmp_path: Path, url: str, words: str) -> None:
    from click.testing import CliRunner

    from crawler.cli import App
    from crawler.errands.commands import probe as command

    contact = {"PILKADA_CRAWL__CONTACT": "redaksi@example.org"} if "kaltimkita" in url else {}
    ended = CliRunner(env=contact).invoke(command, [url], obj=App(tmp_path, None, "WARNING"))
    said = f"{ended.output}{ended.exception}"
    assert words in said, said


def site_of(answers: Mapping[str, Answer], other: Answer | None = None) -> partial[Answer]:
    def answer(held: Mapping[str, Answer], missing: Answer | None, target: str, headers: Mapping[str, str]) -> Answer:
        return held.get(target) or missing or Answer(status=404)

    return partial(answer, answers, other)


def story(title: str) -> Answer:
    words = "".join(f"<p>{title}, {n}. {PROSE}</p>" for n in range(3))
    return page(f"{title} | Media Kita", f"<article><h1>{title}</h1><div class='post-content'>{words}</div></article>")


HOME = page("Beranda | Media Kita", "".join(f'<a href="/berita/{n}/kabar-dari-desa-{n}">x</a>' for n in range(5)))
STORIES = {f"/berita/{n}/kabar-dari-desa-{n}": story(f"Kabar dari Desa {n}") for n in range(5)}


def test_the_pattern_and_the_list_of_a_home_made_site_are_read_off_its_links(pool: ReadingPool, tmp_path: Path) -> None:
    at = f"{BASE}/berita/3/kabar-dari-desa-3/"
    found, asked = visit(site_of({"/": HOME, **STORIES}), lambda visitor: probe(visitor, at, pool))
    assert found.base_url == BASE, "whoever gives a story's address means its site"
    assert (found.family, found.stories, found.lists) == ("listing", r"/berita/\d+/[^/]+/?", ["/"])
    assert (found.name, found.timezone) == ("Media Kita", None)
    assert any(line.startswith("timezone: nothing on the site tells it") for line in found.unsure)
    assert any(line.startswith("lists: ") for line in found.unsure), "there is no second page"
    assert len(asked) <= MOST_REQUESTS
    file = tmp_path / "pilkada.toml"
    file.write_text("[schedule]\ntimezone = 'Asia/Jakarta'" + block(found, load(tmp_path)), "utf-8")
    outlet = load(tmp_path).settings.outlets["media"]
    assert (outlet.lists, outlet.stories) == (["/"], r"/berita/\d+/[^/]+/?")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (site_of({}, Answer(status=302, headers=(("Location", "/lagi"),))), "redirected more than 5 times"),
        (site_of({}, Answer(status=403)), "answered 403"),
        (site_of({}, Answer(status=503, headers=(("Retry-After", "120"),))), "asks to be left alone until"),
        (site_of({}, page("Selamat datang", "<p>Segera hadir</p>")), "nothing was recognised"),
        (site_of({}, HOME), "no stories that can be read were found"),
        (site_of({}, Answer(headers=(("Content-Type", "image/png"),), body=b"\x89PNG\r\n\x1a\n" * 99)), "nothing was recognised"),
        (site_of({}, Answer(status=302, headers=(("Location", "https://lain.example:8443/"),))), "which is another site"),
        (site_of({"/": page("WP", "", '<link href="/wp-content/x.css">')}, HOME), "no stories that can be read"),
    ],
    ids=["redirects", "forbidden", "patience", "no stories", "one page for all", "a picture", "a port", "hollow WordPress"],
)  # fmt: skip
def test_a_hostile_or_empty_site_ends_as_one_line(pool: ReadingPool, answer: partial[Answer], words: str) -> None:
    with pytest.raises(NoAnswerError, match=words):
        visit(answer, lambda visitor: probe(visitor, BASE, pool))


def test_a_site_that_moved_is_probed_where_it_ended_and_that_is_said(pool: ReadingPool) -> None:
    moved = Answer(status=301, headers=(("Location", "https://baru.example/"),))

    def answer(target: str, headers: Mapping[str, str]) -> Answer:
        return (
            moved
            if not seen.append(target) and len(seen) == 1
            else {"/": HOME, **STORIES}.get(target, Answer(status=404))
        )

    seen: list[str] = []
    found, _ = visit(answer, lambda visitor: probe(visitor, "https://lama.example", pool), "https://lama.example")
    assert found.base_url == "https://baru.example"
    assert found.unsure[0] == "https://lama.example leads to https://baru.example, so that is what would be crawled"


def test_a_sites_words_cannot_leave_their_line(tmp_path: Path) -> None:
    name = 'Kabar"\n[crawl]\ncontact = "x\x07\u202e\x7f\\'
    found = Finding(
        base_url="https://kabar.example",
        family="wordpress",
        name=name,
        timezone="Asia/Makassar",
        tells={"server": "nginx\n[outlets.lain]"},
        unsure=["a\r\nb = 1"],
    )
    written = tomllib.loads(block(found, load(tmp_path)))
    assert list(written) == ["outlets"]
    assert list(written["outlets"]) == ["kabar"]
    assert written["outlets"]["kabar"]["name"].startswith('Kabar" [crawl] contact')
