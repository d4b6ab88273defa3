"""One process that writes, eight that search and one that takes what changed, at one archive at once.

`python -m tests.archive.live HOME SECONDS` prints as JSON what each did, and what went wrong for whom.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive import cursors, duplicates, stories  # noqa: F401 - before the processes part, as in a server that forks
from archive.archive import Archive
from archive.changes import newest
from archive.models import Outlet
from archive.records import Reading
from archive.stories import Article, Body, Change
from bench.desk import Desk
from tests.archive.releases import RELEASE

READERS = 8
SLUGS = ("hulu", "kabar", "suara")
BEGAN = datetime(2024, 9, 20, tzinfo=UTC)
WRITES_MORE = "menulis"
"""The file that lies there as long as the writer is at it."""


def write(archive: Archive, seconds: float) -> dict[str, Any]:
    """Store stories, copies of a release and edits, each told by a word of its own, as fast as they go."""
    desk = Desk(archive.database, SLUGS, BEGAN)
    ends = time.monotonic() + seconds
    texts: dict[tuple[str, str], tuple[str, ...]] = {}
    words: list[str] = []
    number = 0
    while time.monotonic() < ends:
        slug, path = SLUGS[number % 3], f"/b/{number // 5 * 5 if number % 5 == 4 else number}/"
        word = f"penanda{number}"
        if number % 5 == 4:  # an edit of the first of these five
            slug = SLUGS[(number - 4) % 3]
        before = texts.get((slug, path), RELEASE if number % 7 == 0 else ("Siaran pers dari kantor KPU.",))
        texts[slug, path] = body = (*before, f"Siaran {word}.")
        with archive.database.write() as connection:
            reading = Reading(title=f"Judul {path}", body=body, published_date=BEGAN.date(), extractor="test 1")
            desk.store(connection, slug, path, reading, at=BEGAN + timedelta(minutes=number))
        words.append(word)
        number += 1
    return {"words": words}


def search(archive: Archive, until: Callable[[], bool], reader: int) -> dict[str, Any]:
    """Look again and again for what was committed last, and for all that was, as soon as it was."""
    searches, missed, slowest = 0, [], 0.0
    while until():
        with archive.database.read() as connection:
            count, sequence = _held(connection)
            word = _last_word(connection)
        began = time.monotonic()
        found = archive.search("siaran", sort="newest", limit=5, collapse=reader == 0).total if reader else None
        if reader == 0:  # the one that also writes: it looks for copies before it collapses them
            archive.search("siaran", collapse=True)
        if found is not None and found < count:
            missed.append(f"{found} of {count} articles at {sequence}")
        if word and archive.search(f"={word}").total != 1:
            missed.append(f"{word} at {sequence}")
        slowest = max(slowest, time.monotonic() - began)
        searches += 2
    return {"searches": searches, "missed": missed, "slowest": slowest}


def _held(connection: Any) -> tuple[int, int]:
    articles = connection.execute(select(Article.id).join(Outlet).where(Outlet.slug.in_(SLUGS))).all()
    return len(articles), newest(connection)


def _last_word(connection: Any) -> str | None:
    """Give the word by which the article is told of which the archive heard last."""
    last = select(Change.uid).order_by(Change.sequence.desc()).limit(1).scalar_subquery()
    shown = select(Body.text).join(Article, Article.reading_id == Body.reading_id).where(Article.uid == last)
    text = connection.execute(shown).scalar()
    return text.rsplit(" ", 1)[-1].rstrip(".") if text else None


def take(archive: Archive, until: Callable[[], bool]) -> dict[str, Any]:
    """Apply increments until nothing comes any more; say what came twice, and how that differs from all there is."""
    held: dict[str, Any] = {}
    cursor: str | None = None
    increments = rows = 0
    twice: list[str] = []
    while True:
        goes_on = until()
        with archive.snapshot(since=cursor) as snapshot:
            taken = list(snapshot.rows)
        cursor = snapshot.cursor
        for row in taken:
            if row.pop("tombstone", None):
                held.pop(row["uid"])
            elif held.get(row["uid"]) == row:
                twice.append(row["uid"])
            else:
                held[row["uid"]] = row
        increments, rows = increments + 1, rows + len(taken)
        if not goes_on and not taken:
            break
    full = {row["uid"]: row for row in archive.articles()}
    differ = sorted(uid for uid in full.keys() | held.keys() if full.get(uid) != held.get(uid))
    return {"increments": increments, "rows": rows, "twice": twice, "differ": differ, "articles": len(full)}


def main(home: Path, seconds: float) -> dict[str, Any]:
    """Let all processes loose; give what each said."""
    flag = home / WRITES_MORE
    flag.touch()
    roles: dict[str, Callable[[Archive], dict[str, Any]]] = {"writer": lambda archive: write(archive, seconds)}
    roles |= {
        f"reader {number}": lambda archive, number=number: search(archive, flag.exists, number)  # type: ignore[misc]
        for number in range(READERS)
    }
    roles["taker"] = lambda archive: take(archive, flag.exists)
    children = {_begun(home, role, doing): role for role, doing in roles.items()}
    while children:
        pid, _ = os.wait()
        if children.pop(pid) == "writer":
            flag.unlink()
    return {role: json.loads((home / f"{role}.json").read_text("utf-8")) for role in roles}


def _begun(home: Path, role: str, doing: Callable[[Archive], dict[str, Any]]) -> int:
    """Start a process that writes down what it did, or how it failed."""
    pid = os.fork()
    if pid:
        return pid
    try:
        archive = Archive.open(home)
        said = doing(archive)
        archive.database.dispose()
    except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
        said = {"failed": traceback.format_exc()}
    (home / f"{role}.json").write_text(json.dumps(said), "utf-8")
    os._exit(0)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), float(sys.argv[2]))))
