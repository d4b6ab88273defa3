"""A PostgreSQL server of a test process's own, where one can be started: made in a folder, reached by a socket in it."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from archive.database import Database

ASKED = "PILKADA_TEST_POSTGRES"
"""Where it says `required`, as in CI, no server is a failure; else the tests that need one are skipped."""
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
"""Where systems put the server's programs that leave them off the path."""
USER = "pilkada"
# A test's database is thrown away: nothing waits for a disk.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB")
# The server ends with who started it, however that ends: `read` comes back once the other end of the pipe is gone.
UNTIL_CLOSED = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'


class Server:
    """A running server; `new()` makes a database in it from one that has today's schema and no rows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        with self._keeper() as connection:
            self._create(connection, "empty", "template0")
        database = Database(self.url("empty"))
        database.ensure()
        database.dispose()

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self._folder}"

    @contextmanager
    def _keeper(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        with psycopg.connect(host=str(self._folder), user=USER, dbname="postgres", autocommit=True) as connection:
            yield connection

    def _create(self, connection: psycopg.Connection[tuple[object, ...]], name: str, template: str) -> None:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())

    @contextmanager
    def new(self, *, template: str = "empty") -> Iterator[str]:
        """Give the address of a database; with `template0` one without tables."""
        name = f"archive_{next(self._numbers)}"
        with self._keeper() as connection:
            self._create(connection, name, template)
        yield self.url(name)
        with self._keeper() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def make(self, options: str) -> str:
        """Make a database as told; it stays until the server ends."""
        name = f"archive_{next(self._numbers)}"
        with self._keeper() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}".encode())
        return self.url(name)


def _programs() -> Path | None:
    """Give the folder of the newest server's programs."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [folder for place in PLACES for folder in Path("/").glob(place[1:]) if (folder / "initdb").exists()]
    return max(folders, key=lambda folder: folder.parent.name, default=None)


def _somebody() -> str | None:
    """Give whom to start the server as: it refuses to run as root."""
    if os.getuid() != 0:
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def server() -> Iterator[Server]:
    """Start a server and end it; skip, or fail where one is required, without."""
    programs = _programs()
    if programs is None:
        why = "no PostgreSQL server is installed here (Debian's package: postgresql)"
        if os.environ.get(ASKED) == "required":
            pytest.fail(why)
        pytest.skip(why)
    user = _somebody()
    # Not pytest's folder: other users cannot enter it, and a socket's path has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="pilkada-pg-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        if user is not None:
            shutil.chown(folder, user)
        rights = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        own = ["--auth=trust", f"--username={USER}", "--encoding=UTF8", "--locale=C"]
        subprocess.run(
            [programs / "initdb", "--no-sync", f"--pgdata={folder / 'data'}", *own],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **rights,
        )
        options = [
            word
            for option in (*QUICK, "listen_addresses=", f"unix_socket_directories={folder}")
            for word in ("-c", option)
        ]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(
                ["sh", "-c", UNTIL_CLOSED, "sh", programs / "postgres", "-D", folder / "data", *options],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **rights,
            )
        try:
            _wait(folder, running)
            yield Server(folder)
        finally:
            assert running.stdin is not None
            running.stdin.close()
            running.wait(60)


def _wait(folder: Path, running: subprocess.Popen[bytes]) -> None:
    ending = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname="postgres").close()
        except psycopg.OperationalError:
            if running.poll() is not None or time.monotonic() > ending:
                pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
            time.sleep(0.05)
        else:
            return
