"""What it costs to find the copies of an article as it arrives, and how right what is found is.

`make bench-copies`, or `python -m bench.duplicates --size 20000`. Articles are written to a database as a crawl does,
their copies are looked for in batches of the change sequence, and CPU time and queries are taken at each tenth. In the
first two weeks of articles a window is not full, so that the first tenths cost less.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, Engine, event, func, select, text

from archive import duplicates
from archive.database import Database
from archive.records import Reading, Tier
from archive.stories import Article, Cluster, LikenessRow
from bench.desk import Desk
from bench.releases import OUTLETS, Told, told

PARTS = 10
NOW = datetime(2025, 1, 2, tzinfo=UTC)
Pairs = set[tuple[int, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.duplicates", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="articles")
    options = parser.parse_args(arguments)
    if options.size < 100:
        parser.error("--size must be 100 or more")
    with tempfile.TemporaryDirectory(prefix="pilkada-bench-") as folder:
        database = Database(f"sqlite:///{folder}/pilkada.db")
        measure(database, list(told(options.size)))
        database.dispose()
    return 0


def measure(database: Database, articles: Sequence[Told]) -> None:
    """Let articles arrive, a tenth at a time; print a line for each, then state and quality."""
    database.ensure()
    desk = Desk(database, (slug(number) for number in range(OUTLETS)), NOW)
    ids: list[int] = []
    print(f"{'ARTICLES':>9}{'MS EACH':>9}{'A SECOND':>10}{'QUERIES EACH':>14}")
    state = 0
    step = -(-len(articles) // PARTS)
    for start in range(0, len(articles), step):
        some = articles[start : start + step]
        with database.write() as connection:
            ids.extend(store(connection, desk, number, one) for number, one in enumerate(some, start))
        gc.freeze()  # or every collection would look through the articles that wait here
        before, began = pages(database), time.process_time()
        with counted() as asked:
            duplicates.catch_up(database)
        cost = (time.process_time() - began) / len(some)
        state += pages(database) - before
        print(f"{start + len(some):>9}{cost * 1000:>9.2f}{1 / cost:>10.0f}{sum(asked) / len(some):>14.2f}", flush=True)
    print(f"\n{state / len(articles):.0f} bytes of state an article")
    with database.read() as connection:
        judge(connection, dict(zip(ids, articles, strict=True)))


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the queries that are sent meanwhile: one for each, and one for each row of those that go together."""
    sent: list[int] = []

    def note(_c: object, _cursor: object, _statement: str, parameters: Sequence[Any], _x: object, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        sent.append(len(parameters) if many else 1)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def slug(number: int) -> str:
    """Give the name of an outlet."""
    return f"kabar-{number}"


def store(connection: Connection, desk: Desk, number: int, one: Told) -> int:
    """Store an article; give its id."""
    reading = Reading(title=one.paragraphs[0][:60], body=tuple(one.paragraphs), published_date=one.day)
    uid = desk.store(connection, slug(one.outlet), f"/{number}/", reading).uid
    return connection.execute(select(Article.id).where(Article.uid == uid)).scalar_one()


def pages(database: Database) -> int:
    """Give the bytes of the pages that the database uses."""
    with database.read() as connection:
        used, free, size = (
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((used - free) * size)


def judge(connection: Connection, articles: dict[int, Told]) -> None:
    """Print how many of the pairs of each tier were found, as pairs and as members of one cluster."""
    releases: dict[int, list[int]] = defaultdict(list)
    for article_id, one in articles.items():
        if one.release is not None:
            releases[one.release].append(article_id)
    kin = {pair for some in releases.values() for pair in combinations(sorted(some), 2)}
    copies = {pair for pair in kin if not any(articles[held].reworked for held in pair)}
    rows = connection.execute(select(LikenessRow.one_id, LikenessRow.other_id, LikenessRow.tier)).all()
    like = {(row.one_id, row.other_id) for row in rows if row.tier is not Tier.SERIES}
    groups: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(select(Cluster.article_id, Cluster.seed_id).where(Cluster.seed_id.is_not(None))):
        groups[row.seed_id].append(row.article_id)
    together = {pair for seed, some in groups.items() for pair in combinations(sorted([seed, *some]), 2)}
    number = connection.execute(select(func.count()).select_from(Cluster).where(Cluster.seed_id.is_(None))).scalar()
    print(f"\n{len(releases)} releases, {len(groups)} clusters, {number} articles taken for a series")
    print(f"\n{'':<34}{'PAIRS':>8}{'PRECISION':>11}{'RECALL':>8}{'F1':>7}")
    alike = {(row.one_id, row.other_id) for row in rows if row.tier is Tier.COPY}
    for name, found, wanted in (
        ("copies, as pairs", alike, copies),
        ("copies and rewrites, as pairs", like, kin),
        ("copies and rewrites, by cluster", together, kin),
    ):
        right = len(found & wanted)
        precision, recall = right / max(1, len(found)), right / max(1, len(wanted))
        print(
            f"{name:<34}{len(wanted):>8}{precision:>11.3f}{recall:>8.3f}{2 * right / max(1, len(found) + len(wanted)):>7.3f}"
        )


if __name__ == "__main__":
    sys.exit(main())
