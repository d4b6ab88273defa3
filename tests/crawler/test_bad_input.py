"""What is wrong outside the program gets one line that names it, the right exit status, and never a traceback."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.crawler.commandline import SLUG, Newsroom, Pilkada

OUTLET = '[outlets.kukar]\nfamily = "wordpress"\nname = "Kukar"\nbase_url = "http://kukar.example"\ntimezone = "Asia/Makassar"\n'


@pytest.fixture
def pilkada(tmp_path: Path) -> Pilkada:
    home = tmp_path / "home"
    home.mkdir()
    return Pilkada(home)


@pytest.mark.parametrize(
    ("words", "settings", "env", "status", "says"),
    [
        (["crawl", "samarinda"], OUTLET, {}, 2, "there is no outlet samarinda; known are kukar"),
        (["crawl", "samarinda"], "", {}, 2, "known are gradasigo, kaltimkita, prokalteng"),
        (["crawl"], OUTLET, {}, 2, "name an outlet or say --all"),
        (["crawl", "--all"], "", {}, 2, "no outlet is enabled"),
        (["crawl", "kukar", "--all"], OUTLET, {}, 2, "not both"),
        (["crawl", "kukar", "--limit", "0"], OUTLET, {}, 2, "--limit"),
        (["crawl", "kukar", "--base-url", "kukar"], OUTLET, {}, 2, "--base-url"),
        (["crawl", "kukar", "--base-url", "file:///etc/passwd"], OUTLET, {}, 2, "--base-url"),
        (["crawl", "kukar"], OUTLET, {}, 2, 'contact = "…" under [crawl] in pilkada.toml'),
        (["crawl", "kukar"], OUTLET + '[crawl]\ncontact = "x"\n', {}, 2, "crawl.contact"),
        (["outlets", "show", "samarinda"], OUTLET, {}, 2, "known are kukar"),
        (["schedule", "trigger", "samarinda"], OUTLET, {}, 2, "known are kukar"),
        (["schedule", "run"], "", {}, 2, "no outlet is enabled"),
        (["terbang"], "", {}, 2, "terbang"),
        (["crawl", "--terbang"], "", {}, 2, "--terbang"),
        (["--terbang", "crawl"], "", {}, 2, "--terbang"),
        (["crawl", "kukar", "--format", "yaml"], OUTLET, {}, 2, "--format"),
        (["config"], "ini bukan toml", {}, 2, "not valid TOML"),
        (["config"], "[crawl]\nspeed = 3\n", {}, 2, "crawl.speed"),
        (["config"], "[cruwl]\n", {}, 2, "unknown key cruwl; did you mean crawl?"),
        (["config"], '[crawl]\npage = "all"\n', {}, 2, "unknown key crawl.page; did you mean pages?"),
        (["config"], OUTLET + OUTLET, {}, 2, "[outlets.kukar] stands there twice (at line 6): leave one"),
        (["config"], "[crawl]\ncontact = redaksi\n", {}, 2, "(at line 2, column 11); text stands in quotes"),
        (["config"], '[schedule.outlets]\nkukar = "5 * * * *"\n', {}, 2, "no outlet kukar; known are gradasigo"),
        (["config"], '[crawl]\nallow_hosts = "x:1"\n', {}, 2, "crawl.allow_hosts: must be a list, not text"),
        (["config"], OUTLET + "[outlets.kukar.rules]\n", {}, 2, "unknown key outlets.kukar.rules"),
        (["config"], "", {"PILKADA_CRAWL__SPEED": "3"}, 2, "PILKADA_CRAWL__SPEED: unknown key crawl.speed"),
        (["config"], "", {"PILKADA_CRAWL__DELAY": "cepat"}, 2, "PILKADA_CRAWL__DELAY: crawl.delay"),
        (["config"], '[crawl]\ndelay = "cepat"\n', {}, 2, "crawl.delay: must be a number, not text"),
        (["config"], "[crawl]\ndelay = nan\n", {}, 2, "crawl.delay"),
        (["config"], "[crawl]\ndelay = -1\n", {}, 2, "crawl.delay"),
        (["config"], "[crawl]\nmemory_mb = 1\n", {}, 2, "crawl.memory_mb"),
        (["config"], '[crawl]\npages = "some"\n', {}, 2, "crawl.pages"),
        (["config"], "crawl = 3\n", {}, 2, "crawl"),
        (["config"], '[election]\npack = "pilkada-1999"\n', {}, 2, "there is no pack pilkada-1999"),
        (["config"], '[election]\npack = "packs/lain"\n', {}, 2, "/home/packs/lain; pilkada-2024 ships"),
        (["config"], "outlets = 3\n", {}, 2, "outlets"),
        (["config"], '[outlets.kukar]\nfamily = "wordpress"\n', {}, 2, "outlets.kukar lacks the key"),
        (["config"], OUTLET.replace("Asia/Makassar", "Asia/Mars"), {}, 2, "Asia/Mars"),
        (["config"], OUTLET.replace("http://kukar.example", "kukar"), {}, 2, "outlets.kukar.base_url"),
        (["config"], OUTLET.replace("wordpress", "joomla"), {}, 2, "outlets.kukar.family"),
        (["config"], '[schedule]\ncrawl = "kadang-kadang"\n', {}, 2, "schedule.crawl"),
        (["config"], '[archive]\nurl = "kacau"\n', {"PILKADA_ARCHIVE__URI": "x"}, 2, "archive.uri"),
        (["verify"], '[archive]\nurl = "kacau"\n', {}, (1, 2), "archive.url"),
        (["search", "kotak", "--after", "kemarin dulu"], "", {}, 2, "--after"),
        (["search", "kotak", "--after", "2024-13-01"], "", {}, 2, "2024-13-01"),
        (["search", "kotak", "--limit", "banyak"], "", {}, 2, "--limit"),
        (["--config", "/tidak/ada.toml", "config"], "", {}, 2, "/tidak/ada.toml cannot be read"),
        (["init", "--outlet", "kukar"], OUTLET, {}, 2, "exists already"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_misuse_is_one_line(
    pilkada: Pilkada,
    words: list[str],
    settings: str,
    env: Mapping[str, str],
    status: int | tuple[int, ...],
    says: str,
) -> None:
    (pilkada.home / "pilkada.toml").write_text(settings, "utf-8")
    ended = pilkada(*words, env=env)
    assert ended.status in (status if isinstance(status, tuple) else (status,)), ended
    assert says in ended.complaint()
    assert ended.out == ""


def as_folder(file: Path) -> None:
    file.mkdir()


def as_bytes(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00 nama = \x80\n")


@pytest.mark.parametrize("spoil", [as_folder, as_bytes])
def test_unreadable_settings_name_their_file(pilkada: Pilkada, spoil: Callable[[Path], None]) -> None:
    file = pilkada.home / "pilkada.toml"
    spoil(file)
    ended = pilkada("config")
    assert ended.status == 2
    assert str(file) in ended.complaint()


@pytest.mark.parametrize("words", [["crawl", SLUG], ["schedule", "run"], ["db", "upgrade"]], ids=" ".join)
@pytest.mark.parametrize("site", [1], indirect=True, ids=[""])
def test_a_home_that_cannot_be_written_is_named(tmp_path: Path, site: Newsroom, words: list[str]) -> None:
    wall = tmp_path / "berkas"
    wall.write_text("a file where a folder is wanted")
    settings = Pilkada(tmp_path / "settings")
    settings.declare(site.base_url)
    pilkada = Pilkada(wall / "home")
    ended = pilkada("--config", str(settings.home / "pilkada.toml"), *words)
    assert ended.status == 1, ended
    assert str(wall) in ended.complaint()
    assert site.requests == []


@pytest.mark.parametrize("folder", ["warc", "locks"])
@pytest.mark.parametrize("site", [1], indirect=True, ids=[""])
def test_a_folder_of_the_home_that_cannot_be_made_is_named(fresh: Pilkada, site: Newsroom, folder: str) -> None:
    (fresh.home / folder).write_text("a file where a folder is wanted")
    ended = fresh("crawl", SLUG, "--format", "json")
    assert ended.status == 1, ended
    assert str(fresh.home / folder) in last_line(ended.err)


@pytest.mark.parametrize("words", [["crawl", SLUG], ["search", "kotak"], ["db", "upgrade"]], ids=" ".join)
def test_a_database_of_a_newer_version_is_refused(crawled: Pilkada, site: Newsroom, words: list[str]) -> None:
    crawled.change("UPDATE alembic_version SET version_num = '9999'")
    ended = crawled(*words)
    assert ended.status == 1, ended
    assert "newer Pilkada" in ended.complaint()
    assert site.requests == []


@pytest.mark.parametrize("words", [["crawl", SLUG], ["search", "kotak"], ["db", "check"]], ids=" ".join)
def test_a_file_that_is_no_database_is_named(fresh: Pilkada, site: Newsroom, words: list[str]) -> None:
    file = fresh.home / "pilkada.db"
    file.write_bytes(b"ini bukan basis data " * 1000)
    ended = fresh(*words)
    assert ended.status == 1, ended
    assert str(file) in ended.complaint()
    assert "not a database" in ended.complaint()
    assert site.requests == []


@pytest.mark.parametrize("words", [["search", "kotak"], ["show", "1"], ["verify"], ["export", "--to", "/tmp/x.jsonl"]])
def test_an_archive_that_is_not_there_is_not_made(tmp_path: Path, words: list[str]) -> None:
    pilkada = Pilkada(tmp_path / "tiada")
    ended = pilkada(*words)
    assert ended.status == 1, ended
    assert ended.complaint()
    assert not pilkada.home.exists()


def test_a_site_that_is_down_fails_and_its_run_says_so(fresh: Pilkada, site: Newsroom) -> None:
    site.stop()
    report = fresh.crawl(status=3)
    assert (report["status"], report["new"]) == ("failed", 0)
    assert "the site is down" in report["detail"]
    (run,) = fresh("schedule", "runs", "--format", "json").json()
    assert (run["status"], run["detail"]) == ("failed", report["detail"])
    (row,) = fresh("schedule", "status", "--format", "json").json()
    assert (row["state"], row["trouble"], row["last_success"]) == ("failed", report["detail"], None)


@pytest.mark.parametrize(
    ("query", "character"),
    [("", None), ("   ", None), ('kotak "suara', 7), ('"', 1), ("?!", None)],
    ids=["empty", "blank", "unclosed", "a quote", "no word"],
)
def test_what_is_no_query_is_pointed_at(crawled: Pilkada, query: str, character: int | None) -> None:
    ended = crawled("search", query)
    assert ended.status == 2, ended
    if character is not None:
        assert ended.complaint().endswith(f"at character {character}")
    else:
        assert ended.complaint()


@pytest.mark.parametrize("name", ["999", "aaaaaaaaaaaaaaaa", "http://127.0.0.1/tiada/", "'; DROP TABLE article; --"])
def test_an_unknown_article_is_named(crawled: Pilkada, name: str) -> None:
    ended = crawled("show", name)
    assert ended.status == 1, ended
    assert name in ended.complaint()


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("artikel.docx", 2),
        ("artikel", 2),
        ("tiada/artikel.jsonl", 1),
        ("home/pilkada.db/artikel.jsonl", 1),
        ("home/warc", 2),
    ],
)
def test_a_place_that_cannot_be_exported_to_is_named(crawled: Pilkada, tmp_path: Path, place: str, status: int) -> None:
    ended = crawled("export", "--to", str(tmp_path / place))
    assert ended.status == status, ended
    assert place.rpartition("/")[2] in ended.complaint()


def last_line(err: str) -> str:
    line = err.splitlines()[-1]
    assert line.startswith("pilkada: ")
    return line
