"""Secrets never leave the settings (P18): six canaries, looked for wherever something of ours is written or can be seen."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from archive.database import Database
from crawler.secrets import MASK, in_settings, masked, without
from tests.conftest import Promise
from tests.crawler.commandline import NO_PAGES, SLUG, Newsroom, Pilkada, Running, environment, until
from tests.postgres import Server

CANARIES = {
    "the database's password": "Kenari-Basisdata-81f3",
    "a proxy's password in the environment": "Kenari-Perantara-5c27",
    "a password in an outlet's address": "Kenari-Media-d94e",
    "a password in the contact": "Kenari-Kontak-07ab",
    "a password that the database's library knows": "Kenari-Pustaka-6e10",
    "the mail server's password": "Kenari-Surat-b2f8",
}
DATABASE, PROXY, OUTLET, CONTACT, LIBRARY, MAIL = CANARIES.values()
AROUND = {
    "http_proxy": f"http://orang:{PROXY}@127.0.0.1:9",
    "https_proxy": f"http://orang:{PROXY}@127.0.0.1:9",
    "PGPASSWORD": LIBRARY,
}
"""What the environment of every process of ours has."""


class Watch:
    """Everything in which a canary could be, by what it is."""

    def __init__(self) -> None:
        self.places: dict[str, bytes] = {}

    def see(self, place: str, what: str | bytes) -> None:
        self.places[place] = self.places.get(place, b"") + (what.encode() if isinstance(what, str) else what)

    def hits(self) -> list[tuple[str, str]]:
        """Which canary sings where."""
        return [
            (canary, place)
            for canary, secret in CANARIES.items()
            for place, what in self.places.items()
            if secret.encode() in what
        ]

    def see_home(self, home: Path) -> None:
        for file in (file for file in home.rglob("*") if file.is_file() and file.name != "pilkada.toml"):
            kind = (
                "WARC files" if file.suffix == ".gz" else "the index" if "index" in file.parts else "files of the home"
            )
            body = file.read_bytes()
            self.see(kind, gzip.decompress(body) if file.suffix == ".gz" else body)

    def see_rows(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            assert len(tables) > 20
            for (table,) in tables:
                for (row,) in connection.execute(f"SELECT t::text FROM {table} t".encode()):
                    self.see("the database", row)

    @contextmanager
    def over(self, running: Running) -> Iterator[None]:
        """Look at the command lines of a command and of all that it starts, and at the environment that they are given."""
        ended = threading.Event()

        def look() -> None:
            while not ended.is_set():
                for pid, words in running.family().items():
                    self.see("command lines", words)
                    if pid != running.pid:
                        self._see_environment(pid)
                time.sleep(0.05)

        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield
        finally:
            ended.set()
            looking.join()

    def _see_environment(self, pid: int) -> None:
        try:
            given = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return
        ours = [one for one in given if one.startswith(b"PILKADA_")]
        self.see("settings in the environment of children", b"\n".join(ours))


@pytest.mark.timeout(200)
def test_no_secret_of_the_settings_is_anywhere_else(
    fresh: Pilkada, site: Newsroom, postgres: Server, promise: Promise
) -> None:
    watch = Watch()

    def see(name: str, *words: str, env: dict[str, str], status: int) -> None:
        ended = fresh("--verbose", *words, env=AROUND | NO_PAGES | env)
        assert ended.status == status, ended
        watch.see(name, ended.out)
        watch.see("log lines and errors", ended.err)

    with postgres.new(template="template0") as plain:
        url = plain.replace("postgresql://pilkada@", f"postgresql://pilkada:{DATABASE}@")
        mail = f"mailto://orang:{MAIL}@127.0.0.1:9?from=a@kabar.example&to=b@kabar.example"
        there = {"PILKADA_ARCHIVE__URL": url, "PILKADA_LOG__FILE": "pilkada.log", "PILKADA_ALERTS__TO": mail}
        see("what commands print", "schedule", "trigger", SLUG, env=there, status=0)
        with fresh.running("--verbose", "schedule", "run", env=AROUND | NO_PAGES | there) as daemon, watch.over(daemon):
            until(lambda: "crawl ended" in daemon.err, within=60)
            ended = daemon.end(within=30)
        assert ended.status == 0, ended.err
        watch.see("log lines and errors", ended.out + ended.err)
        with (
            fresh.running("--verbose", "schedule", "alerts", "test", env=AROUND | there) as telling,
            watch.over(telling),
        ):
            ended = telling.wait(within=40)
        assert ended.status == 3, ended  # nobody takes mail there
        watch.see("what commands print", ended.out)
        watch.see("log lines and errors", ended.err)
        for words in ("search bawaslu", "schedule runs --format json", "schedule status", "verify", "outlets list"):
            see("what commands print", *words.split(), env=there, status=0)
        for form in ("table", "json"):
            see("the settings as they are shown", "config", "--format", form, env=there, status=0)
        watch.see_rows(plain)
        watch.see_home(fresh.home)
        assert {"the index", "WARC files", "files of the home"} <= watch.places.keys()
        assert site.requests

        # What goes wrong, and what is refused.
        nowhere = url.replace("?host=", "?host=/tidak-ada")
        see("what is refused", "crawl", SLUG, env={"PILKADA_ARCHIVE__URL": nowhere}, status=1)
        see(
            "what is refused",
            "search",
            "debat",
            env={"PILKADA_ARCHIVE__URL": f"postgresql://orang:{DATABASE}@127.0.0.1:9/x"},
            status=1,
        )
    for wrong in (
        "postgresql//orang:{}@h/x",
        "postgresql://orang:{}@h:pintu/x",
        "mysql://orang:{}@h/x",
        "orang:{}@h/x",
    ):
        address = wrong.replace("{}", DATABASE)
        see("what is refused", "search", "debat", env={"PILKADA_ARCHIVE__URL": address}, status=1)
    address = f"https://orang:{OUTLET}@kabar.example"
    see("what is refused", "outlets", "list", env={"PILKADA_OUTLETS__KABAR_SAMPEL__BASE_URL": address}, status=2)
    see("what is refused", "crawl", SLUG, "--base-url", address, env={}, status=2)
    see("what is refused", "outlets", "probe", address, env={}, status=2)
    see("what is refused", "config", env={"PILKADA_ALERTS__TO": f"surat:{MAIL}"}, status=2)
    see("what is refused", "config", env={"PILKADA_CRAWL__CONTACT": f"https://orang:{CONTACT}@kabar.example"}, status=2)
    watch.see("what is refused", _trace_of_a_bug(fresh.home, f"postgresql://orang:{DATABASE}@127.0.0.1:9/x"))
    hits = watch.hits()
    assert hits == []
    tries = len(CANARIES) * len(watch.places)
    promise("P18", injected=tries, recovered=tries - len(hits), lost=len(hits), places=sorted(watch.places))


def _trace_of_a_bug(home: Path, url: str) -> str:
    """What a person sees of an error that nobody foresaw and that quotes the settings."""
    code = (
        "import sys; from crawler import cli, startup; from crawler.commands import config\n"
        "import crawler.config as settings; old = settings.election_pack\n"
        "def broken(loaded): raise LookupError(f'{loaded.settings}')\n"
        "settings.election_pack = broken; sys.argv = ['pilkada', '--home', sys.argv[1], 'config']; startup.command()"
    )
    env = environment({"PILKADA_ARCHIVE__URL": url, "PYTHONPATH": os.fspath(Path.cwd())})
    done = subprocess.run([sys.executable, "-c", code, str(home)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "LookupError" in done.stderr
    assert f"postgresql://orang:{MASK}@127.0.0.1:9/x" in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("archive.url", "postgresql://a:b@c@host/x", "postgresql://a:***@host/x"),
        ("archive.url", "sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("archive.url", "postgresql:///x?host=/a@b", "postgresql:///x?host=/a@b"),
        ("alerts.to", ["mailto://orang:sandi@smtp.example"], ["mailto://***"]),
        ("alerts.to", ["tanpa-skema"], ["***"]),
        ("crawl.contact", "redaksi@kabar.example", "redaksi@kabar.example"),
        ("crawl.delay", 2.0, 2.0),
    ],
)
def test_a_setting_is_shown_without_its_secret(key: str, value: object, shown: object) -> None:
    assert masked(key, value) == shown


def test_a_secret_is_known_as_it_is_written_and_as_it_is_sent() -> None:
    found = in_settings(
        {"archive": {"url": "postgresql://a:b%40c!d@host/x"}, "alerts": {"to": ["slack://T0KENA123/b"]}}
    )
    assert {"b%40c!d", "b@c!d", "b%2540c%21d", "T0KENA123", "slack://T0KENA123/b"} <= found
    assert without("b@c!d or slack://T0KENA123/b", found) == f"{MASK} or {MASK}"


def test_a_short_secret_is_masked_by_its_place_alone() -> None:
    assert in_settings({"archive": {"url": "postgresql://a:b@host/x"}}) == frozenset()
    assert without("b of postgresql://a:b@host/x", ()) == f"b of postgresql://a:{MASK}@host/x"


def test_a_file_of_json_stays_one() -> None:
    line = json.dumps({"event": "sent Cookie: a=b", "outlet": "kabar"})
    assert "a=b" not in without(line, ())


def test_a_password_behind_the_question_mark_is_a_secret_too() -> None:
    """Both libpq and SQLAlchemy take one there."""
    url = "postgresql://db.test/pilkada?user=me&password=Kanari-77&sslmode=require"
    assert masked("archive.url", url) == url.replace("Kanari-77", "***")
    hidden = in_settings({"archive": {"url": url}})
    assert without("it said Kanari-77", hidden) == "it said ***"
    assert "Kanari" not in without(f"cannot reach {url}", ())
    assert "Kanari" not in Database(url).name
