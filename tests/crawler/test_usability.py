"""What a newcomer meets: mistyped homes, empty lists, words without quotes, an outlet on one's own machine."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from archive.output import NARROWEST
from crawler.progress import Progress
from crawler.task import Line
from scheduler.lock import scheduler_lock
from tests.crawler.commandline import NO_PAGES, SLUG, Ended, Newsroom, Pilkada, environment

ONE = pytest.mark.parametrize("site", [1], indirect=True, ids=["1 article"])
ANSWERS = {
    "--contact": "redaksi@contoh.example",
    "--outlet": "contoh",
    "--url": "https://contoh.example",
    "--name": "Contoh",
    "--timezone": "Asia/Jayapura",
}


def answered(**others: str) -> list[str]:
    answers = ANSWERS | {f"--{name}": value for name, value in others.items()}
    return ["init", *(word for pair in answers.items() for word in pair)]


def on_terminal(pilkada: Pilkada, *words: str, columns: int, typed: str = "") -> Ended:
    """Run a command on a terminal of so many columns; its stdout and stderr come back together, as one sees them."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = pilkada.command(*words)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment())
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    try:
        while read := os.read(ours, 65536):
            shown += read
    except OSError:
        pass  # Linux says so when the last process has left the terminal.
    os.close(ours)
    return Ended(status=process.wait(timeout=60), out=shown.decode().replace("\r\n", "\n"), err="", seconds=0)


@pytest.mark.parametrize(
    "words",
    [
        ["search", "kotak"],
        ["show", "1"],
        ["export", "--to", "/tmp/tiada.jsonl"],
        ["verify"],
        ["outlets", "list"],
        ["outlets", "show", SLUG],
        ["schedule", "list"],
        ["schedule", "status"],
        ["schedule", "runs"],
        ["db", "check"],
        ["db", "rebuild"],
        ["config"],
    ],
    ids=" ".join,
)
def test_looking_at_a_home_that_is_not_there_makes_nothing(tmp_path: Path, words: list[str]) -> None:
    pilkada = Pilkada(tmp_path / "salah-ketik")
    pilkada(*words)
    assert not pilkada.home.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["schedule", "list"], "no outlet is enabled"),
        (["schedule", "status"], "no outlet is enabled"),
        (["schedule", "runs"], "no runs yet"),
    ],
    ids=["schedule list", "schedule status", "schedule runs"],
)
def test_an_empty_table_is_a_line_that_names_the_home(tmp_path: Path, words: list[str], says: str) -> None:
    pilkada = Pilkada(tmp_path / "salah-ketik")
    ended = pilkada(*words)
    assert (ended.status, ended.out) == (0, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(says)
    assert str(pilkada.home) in line
    assert pilkada(*words, "--format", "json").out == "[]\n"


@ONE
def test_before_the_first_crawl_an_outlet_is_shown_and_no_database_is_made(fresh: Pilkada, site: Newsroom) -> None:
    (shown,) = fresh("outlets", "show", SLUG, "--format", "json").json()
    assert (shown["articles"], shown["last_run"]) == (0, None)
    listed = fresh("schedule", "list", "--format", "json").json()
    assert [(row["outlet"], row["work"]) for row in listed] == [(SLUG, "crawl"), (SLUG, "maintenance")]
    (row,) = fresh("schedule", "status", "--format", "json").json()
    assert row["state"] == "never"
    assert [entry.name for entry in fresh.home.iterdir()] == ["pilkada.toml"]
    assert site.requests == []


@ONE
def test_status_says_whether_a_scheduler_runs(fresh: Pilkada, site: Newsroom) -> None:
    site.stop()
    report = fresh.crawl(status=3)
    told = fresh("schedule", "status").err.splitlines()
    assert told == [f"{SLUG}: {report['detail']}", "no scheduler is running: start it with `pilkada schedule run`"]
    with scheduler_lock(fresh.home / "locks"):
        told = fresh("schedule", "status").err.splitlines()
    assert told[-1].startswith(f"a scheduler is running: process {os.getpid()} since ")
    assert fresh("schedule", "status", "--format", "json").err == ""


@ONE
@pytest.mark.parametrize("name", ["localhost", pytest.param("127.0.0.1", marks=pytest.mark.soak)])
def test_an_outlet_on_ones_own_machine_is_told_of_allow_hosts(fresh: Pilkada, site: Newsroom, name: str) -> None:
    place = f"{name}:{site.host.rpartition(':')[2]}"
    settings = fresh.home / "pilkada.toml"
    text = settings.read_text("utf-8").replace(f'allow_hosts = ["{site.host}"', 'allow_hosts = ["192.0.2.1:80"')
    settings.write_text(text.replace(f"http://{site.host}", f"http://{place}"), "utf-8")
    ended = fresh("crawl", SLUG, "--format", "json")
    assert ended.status == 3, ended
    (report,) = ended.json()
    assert report["detail"] == (
        f'{place} leads to no public address: to crawl it all the same, add "{place}" to crawl.allow_hosts'
    )
    assert all("allow_hosts" in line for line in ended.err.splitlines()), ended.err
    assert site.requests == []


@ONE
def test_what_was_learnt_of_robots_does_not_hide_that_an_address_is_refused(fresh: Pilkada, site: Newsroom) -> None:
    fresh.crawl(env=NO_PAGES)
    report = fresh.crawl(status=3, env={"PILKADA_CRAWL__ALLOW_HOSTS": "192.0.2.1:80"})
    assert f'add "{site.host}" to crawl.allow_hosts' in report["detail"]


@ONE
def test_a_site_that_is_down_is_told_of_without_scrapys_words(fresh: Pilkada, site: Newsroom) -> None:
    site.stop()
    ended = fresh("crawl", SLUG)
    assert ended.status == 3
    assert "scrapy" not in ended.err
    assert all("the site is down: " in line for line in ended.err.splitlines()), ended.err


def test_words_to_search_for_need_no_quotes(crawled: Pilkada) -> None:
    quoted = crawled("search", "pemungutan suara ulang", "--format", "json").json()
    bare = crawled("search", "pemungutan", "suara", "ulang", "--format", "json").json()
    assert bare["query"] == quoted["query"] == "pemungutan suara ulang"
    assert [hit["uid"] for hit in bare["hits"]] == [hit["uid"] for hit in quoted["hits"]]
    assert bare["total"] == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pemungutan OR KPU OR",), "OR has nothing after it at character 19"),
        (("(pemungutan",), "a ( is opened and not closed at character 1"),
        (("titel:suara",), "there is no field titel: at character 1"),
        (("suara", "--after-key", "x"), "--after-key takes what an earlier search gave"),
        (("suara", "--colapse"), "No such option '--colapse'"),
    ],
)
def test_a_query_that_cannot_be_read_is_told_in_one_line(
    crawled: Pilkada, arguments: tuple[str, ...], said: str
) -> None:
    ended = crawled("search", *arguments)
    assert ended.status == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_query_may_begin_with_a_minus(crawled: Pilkada) -> None:
    left_out, all_of_it = crawled("search", "-kotak"), crawled("search", "suara", "OR", "-suara")
    assert (left_out.status, all_of_it.status) == (0, 0)
    assert 0 < int(left_out.err.split()[0]) < int(all_of_it.err.split()[0])


def test_what_was_looked_for_beside_the_words_is_told(crawled: Pilkada) -> None:
    ended = crawled("search", "PSU")
    assert "PSU: also pemungutan suara ulang, pencoblosan ulang\n" in ended.err
    assert "also" not in crawled("search", "PSU", "--no-expand").err


def test_pages_follow_the_key_and_facets_are_printed(crawled: Pilkada) -> None:
    first = json.loads(crawled("search", "suara", "--sort", "newest", "--limit", "2", "--format", "json").out)
    rest = crawled("search", "suara", "--sort", "newest", "--after-key", first["next"], "--format", "json", "--facets")
    second = json.loads(rest.out)
    assert second["total"] == first["total"] == 2 + len(second["hits"])
    assert second["next"] is None
    assert not {hit["uid"] for hit in first["hits"]} & {hit["uid"] for hit in second["hits"]}
    assert [row["articles"] for row in second["facets"]["outlet"]] == [second["total"]]
    shown = crawled("search", "suara", "--facets", "--limit", "1")
    assert f"outlet    kabar-sampel {first['total']}\n" in shown.out
    assert "more: --after-key relevance:" in shown.err
    assert max(map(len, shown.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["serach", "kotak"], "No such command 'serach'. Did you mean 'search'?"),
        (["schedule", "stauts"], "No such command 'stauts'. Did you mean 'status'?"),
        (["search", "kotak", "--since", "7d"], "No such option '--since'; `pilkada search --help` says what it takes"),
        (["outlets", "probe"], "Missing argument 'URL'; `pilkada outlets probe --help` says what it takes"),
        (["search", "kotak", "--home", "x"], "--home stands before the command"),
        (answered(contact="redaksi"), "--contact must be an e-mail address or a page"),
        (answered(outlet="Kabar Kita"), "--outlet: a short name is made of a to z"),
        (answered(outlet='a]\n[b"'), "--outlet: a short name is made of a to z"),
        (answered(url="contoh.example"), "--url must be the address of a site such as https://"),
        (answered(timezone="WITB"), "--timezone: WITB is no time zone"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_slip_is_named_by_the_word_that_was_typed(tmp_path: Path, words: list[str], says: str) -> None:
    pilkada = Pilkada(tmp_path / "arsip")
    ended = pilkada(*words)
    assert ended.status == 2, ended
    assert ended.complaint().startswith(says)
    assert not pilkada.home.exists()


def test_the_table_of_settings_shows_each_key_whole(tmp_path: Path) -> None:
    lines = Pilkada(tmp_path / "arsip")("config").out.splitlines()
    assert any(line.startswith("outlets.kaltimkita.timezone  Asia/Makassar") for line in lines), lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("zone", "name"), [("WIB", "Asia/Jakarta"), ("wita", "Asia/Makassar"), ("WIT", "Asia/Jayapura")]
)
def test_init_takes_the_zones_by_their_indonesian_names(tmp_path: Path, zone: str, name: str) -> None:
    pilkada = Pilkada(tmp_path / "arsip")
    assert pilkada(*answered(timezone=zone)).status == 0
    settings = {row["key"]: row["value"] for row in pilkada("config", "--format", "json").json()}
    assert (settings["schedule.timezone"], settings["outlets.contoh.timezone"]) == (name, name)
    assert settings["crawl.allow_hosts"] == []


@ONE
def test_what_init_writes_for_an_outlet_on_ones_own_machine_can_be_crawled(tmp_path: Path, site: Newsroom) -> None:
    pilkada = Pilkada(tmp_path / "arsip")
    assert pilkada(*answered(outlet=SLUG, url=site.base_url)).status == 0
    assert pilkada.crawl()["new"] == 1


def test_init_asks_again_where_an_answer_is_wrong(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "arsip")
    typed = (
        "redaksi\nredaksi@contoh.example\nKabar Kita\nkabar-kita\njoomla\npopojicms\n"
        "contoh.example\nhttps://contoh.example\nContoh\n\n"
    )
    ended = on_terminal(pilkada, "init", columns=100, typed=typed)
    assert ended.status == 0, ended.out
    assert ended.out.count("Error: ") == 4
    settings = {row["key"]: row["value"] for row in pilkada("config", "--format", "json").json()}
    assert settings["crawl.contact"] == "redaksi@contoh.example"
    assert settings["outlets.kabar-kita.base_url"] == "https://contoh.example"
    assert settings["outlets.kabar-kita.timezone"] == "Asia/Makassar"
    assert settings["outlets.kabar-kita.family"] == "popojicms"


def test_init_with_an_outlet_that_ships_asks_for_the_contact_alone(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "arsip")
    ended = on_terminal(pilkada, "init", columns=100, typed="redaksi@contoh.example\ngradasigo\n")
    assert ended.status == 0, ended.out
    enabled = [row["outlet"] for row in pilkada("outlets", "list", "--format", "json").json() if row["enabled"]]
    assert enabled == ["gradasigo"]
    settings = {row["key"]: row for row in pilkada("config", "--format", "json").json()}
    assert settings["schedule.timezone"]["value"] == "Asia/Jakarta"
    assert settings["outlets.gradasigo.base_url"]["origin"] == "spiders.gradasigo"


def test_init_refuses_to_override_what_ships(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "arsip")
    ended = pilkada(*answered(outlet="kaltimkita"))
    assert ended.status == 2
    assert ended.complaint().startswith("--url: kaltimkita ships")
    assert not pilkada.home.exists()


@pytest.mark.parametrize("columns", [NARROWEST, pytest.param(60, marks=pytest.mark.soak)])
def test_text_fits_a_narrow_terminal(crawled: Pilkada, columns: int) -> None:
    for words in (["search", "pemungutan suara ulang"], ["show", "1"]):
        ended = on_terminal(crawled, *words, columns=columns)
        plain = ended.out.replace("\x1b[1m", "").replace("\x1b[0m", "")
        text = plain.partition("\ncaptures\n")[0]
        assert max(map(len, text.splitlines())) <= columns, ended.out


@ONE
def test_a_wide_terminal_shows_the_whole_of_a_detail(fresh: Pilkada, site: Newsroom) -> None:
    site.stop()
    report = fresh.crawl(status=3)
    assert report["detail"] in on_terminal(fresh, "schedule", "runs", columns=160).out
    assert report["detail"] not in fresh("schedule", "runs").out


def test_a_report_stands_on_a_line_of_its_own(fresh: Pilkada, site: Newsroom) -> None:
    site.delay = 0.05
    shown = on_terminal(fresh, "crawl", SLUG, columns=60).out
    assert "stored" in shown
    (heading,) = [line for line in shown.splitlines() if "OUTLET" in line]
    assert heading.rpartition("\x1b[K")[2].startswith("OUTLET")


def test_progress_forgets_a_crawl_that_has_ended(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("crawler.progress.EVERY_SECONDS", -1.0)
    progress = Progress()
    for outlet, requests in (("a", 1), ("a", 2), ("b", 3)):
        progress.show(outlet, Line(requests=requests, stored=0))
    assert caplog.messages == [
        "crawling; a: 0 stored, 2 requests",
        "crawling; a: 0 stored, 2 requests, b: 0 stored, 3 requests",
    ]
    caplog.clear()
    progress.clear()
    progress.show("c", Line(requests=4, stored=1))
    assert caplog.messages == []
    progress.show("c", Line(requests=5, stored=1))
    assert caplog.messages == ["crawling; c: 1 stored, 5 requests"]


@pytest.mark.soak
def test_help_needs_no_archive_and_every_command_has_some(tmp_path: Path) -> None:
    pilkada = Pilkada(tmp_path / "tiada")
    code = "import json, crawler.cli as cli; print(json.dumps(sorted(cli.COMMANDS)))"
    names = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    for name in names:
        ended = pilkada(name, "--help")
        assert (ended.status, ended.err) == (0, "")
        assert ended.out.startswith("Usage: pilkada")
    assert not pilkada.home.exists()
