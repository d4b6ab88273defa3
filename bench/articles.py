"""CPU per article, from a site on loopback to an article that a search finds, beside plain Scrapy with trafilatura.

`make bench-articles`, or `python -m bench.articles --size 200 --format table|json`. Each variant crawls a small and a large site
in processes of its own; the difference, divided by the difference in articles, is what an article costs, so that what
a start costs is not in it. User and system time of all processes are counted, except those of the site.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import trafilatura
from sqlalchemy import select

from archive.archive import Archive
from archive.database import Database
from archive.records import ChangeKind, Rejection
from archive.stories import Article
from archive.union import tell
from bench import rows
from crawler.config import ElectionSettings, load
from crawler.reading import Material, Page, Record, Site, read
from crawler.reading.pack import load as load_pack
from crawler.runner import EVERYTHING, make_task

SETTINGS = """\
[crawl]
allow_hosts = ["{host}"]
pages = "{pages}"

[outlets.bench]
family = "wordpress"
name = "Kabar Sampel"
base_url = "{base_url}"
timezone = "Asia/Makassar"
"""
PARTS = ("fetch", "keep", "read", "store", "index")
CRAWL = "import sys, pathlib; from bench.timed import main; sys.exit(main(pathlib.Path(sys.argv[1])))"
CATCH_UP = "import sys; from pilkada import Archive; Archive.open(sys.argv[1]).catch_up()"
QUERY = "netralitas pemilih"
READ_PAGES = 60
ROUNDS = 3
SEARCHES = 5
SEARCHED = 10_000
"""Articles of the archive that is searched: written straight into its tables, 300 words each."""
MEANINGFUL = 100
"""Below it the differences between two crawls are smaller than what two starts differ by."""

Parts = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.articles", description=__doc__)
    parser.add_argument("--size", type=int, default=int(os.environ.get("PAGES", "200")), help="articles of the site")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    options = parser.parse_args(arguments)
    if options.size < 4:
        parser.error("--size must be 4 or more")
    found = measure(options.size)
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if options.format == "json" else table(found))
    return 0


def measure(size: int) -> dict[str, Any]:
    """Measure everything with a site of `size` articles."""
    small = max(2, min(200, size // 10))
    with tempfile.TemporaryDirectory(prefix="pilkada-bench-") as folder, serving(small, size) as sites:
        homes = Path(folder)
        by_variant: dict[str, list[Parts]] = {"plain": [], "all": [], "none": []}
        for site in sites:
            by_variant["plain"].append(plain(site, homes))
            by_variant["all"].append(crawl(site, homes, "all"))
            by_variant["none"].append(crawl(site, homes, "none"))
        kilobytes, reading = measure_reading(sites[1])
        searched = SEARCHED if size >= MEANINGFUL else size
        home = filled(homes / "searched", searched)
        search = [search_seconds(home) for _ in range(SEARCHES)]
    costs = {name: _slope(*pair, small, size) for name, pair in by_variant.items()}
    return {
        "size": size,
        "small": small,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "page_kilobytes": kilobytes,
        "crawl_ms": costs,
        "crawl_ratio": {name: cost["total"] / costs["plain"]["total"] for name, cost in costs.items()},
        "start_ms": {name: pair[0]["total"] * 1000 - costs[name]["total"] * small for name, pair in by_variant.items()},
        "read_ms": reading,
        "read_ratio": {name: cost / reading["trafilatura"] for name, cost in reading.items()},
        "searched": searched,
        "search_ms": min(search) * 1000,
    }


def _slope(few: Parts, many: Parts, small: int, size: int) -> Parts:
    return {name: (many[name] - few.get(name, 0)) * 1000 / (size - small) for name in many}


@contextmanager
def serving(*sizes: int) -> Iterator[list[dict[str, Any]]]:
    """Serve a site of each size from one process; give their addresses and those of their articles."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.site", *map(str, sizes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()


def spend(arguments: Sequence[str], stdin: bytes = b"") -> float:
    """Run a process to its end; give the CPU seconds of it and of what it started."""
    child = subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert child.stdin is not None
    child.stdin.write(stdin)
    child.stdin.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"bench: {' '.join(arguments[:2])} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime


def plain(site: dict[str, Any], folder: Path) -> Parts:
    """Fetch and read every article with plain Scrapy and trafilatura."""
    number = len(site["articles"])
    addresses, feed = folder / f"plain-{number}.json", folder / f"plain-{number}.jsonl"
    addresses.write_text(json.dumps(site["articles"]))
    used = spend(["-m", "bench.plain", str(addresses), str(feed)])
    _expect("plain Scrapy", sum(1 for _ in feed.open("rb")), number)
    return {"total": used}


def crawl(site: dict[str, Any], folder: Path, pages: str) -> Parts:
    """Crawl the site into an archive of its own as `pilkada crawl` does, and bring the index up to date."""
    number = len(site["articles"])
    home = folder / f"{pages}-{number}"
    home.mkdir()
    host = site["base_url"].partition("//")[2]
    (home / "pilkada.toml").write_text(SETTINGS.format(host=host, pages=pages, base_url=site["base_url"]))
    loaded = load(home, environment={})
    url = loaded.home.database_url(loaded.settings.archive)
    database = Database(url)
    database.ensure()
    task = make_task(loaded, url, "bench", "command", None, EVERYTHING, "ERROR")
    told = home / "parts.json"
    used = spend(["-c", CRAWL, str(told)], msgspec.json.encode(task))
    database.dispose()
    index = spend(["-c", CATCH_UP, str(home)])
    archive = Archive.open(home)
    _expect("Pilkada", sum(1 for _ in archive.articles()), number)
    archive.database.dispose()
    return {**json.loads(told.read_bytes()), "index": index, "total": used + index}


def _expect(who: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"bench: {who} has {found} articles of {wanted}")


def measure_reading(site: dict[str, Any]) -> tuple[float, Parts]:
    """Read some pages without a crawl; give their mean size in kilobytes and what a page costs in milliseconds."""
    chosen = site["articles"][:READ_PAGES]
    pages = [urlopen(address).read() for address in chosen]
    records = {}
    for number in range(1, -(-len(site["articles"]) // 100) + 1):
        with urlopen(f"{site['base_url']}/wp-json/wp/v2/posts?per_page=100&page={number}&_embed=1") as answer:
            records |= {post["link"]: post for post in json.load(answer)}
        if all(address in records for address in chosen):
            break
    pack = load_pack(ElectionSettings().pack, Path())
    outlet = Site(slug="bench", name="Kabar Sampel", base_url=site["base_url"], timezone="Asia/Makassar", pack=pack)
    now = datetime(2024, 12, 1, tzinfo=UTC)

    def material(at: int, *, record: bool, page: bool) -> Material:
        address = chosen[at]
        return Material(
            site=outlet,
            url=address,
            fetched_at=now,
            record=Record(records[address]) if record else None,
            page=Page(url=address, body=pages[at], content_type="text/html; charset=UTF-8") if page else None,
        )

    def ours(at: int, *, record: bool, page: bool) -> None:
        result = read(material(at, record=record, page=page))
        if isinstance(result, Rejection):
            raise SystemExit(f"bench: {chosen[at]} was rejected: {result.reason} {result.detail}")

    def theirs(at: int) -> None:
        text = pages[at].decode()
        if trafilatura.bare_extraction(text, url=chosen[at], with_metadata=True, include_comments=False) is None:
            raise SystemExit(f"bench: trafilatura finds nothing in {chosen[at]}")

    readers: dict[str, Callable[[int], None]] = {
        "trafilatura": theirs,
        "page": lambda at: ours(at, record=False, page=True),
        "record": lambda at: ours(at, record=True, page=False),
        "record_and_page": lambda at: ours(at, record=True, page=True),
    }
    best = dict.fromkeys(readers, float("inf"))
    for _ in range(ROUNDS):
        for name, reader in readers.items():
            began = time.process_time()
            for at in range(len(chosen)):
                reader(at)
            best[name] = min(best[name], (time.process_time() - began) * 1000 / len(chosen))
    return statistics.mean(map(len, pages)) / 1000, best


def filled(home: Path, number: int) -> Path:
    """Make an archive of so many articles with its index; give its folder."""
    home.mkdir()
    database = Database(f"sqlite:///{home / 'pilkada.db'}")
    database.ensure()
    rows.fill(database, number)
    with database.write() as connection:
        for article in connection.execute(select(Article.id, Article.uid)).all():
            tell(connection, article.id, article.uid, ChangeKind.UPSERT, rows.FIRST)
    database.dispose()
    archive = Archive.open(home)
    archive.index_up_to_date()
    archive.database.dispose()
    return home


def search_seconds(home: Path) -> float:
    """Run `pilkada search` once; give the seconds from start to end."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pilkada", "--quiet", "--home", str(home), "search", QUERY],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def table(found: dict[str, Any]) -> str:
    """Give what was found as lines of at most 80 columns."""
    crawls, ratios, reading = found["crawl_ms"], found["crawl_ratio"], found["read_ms"]
    lines = [
        f"{found['size']} articles, pages of {found['page_kilobytes']:.0f} KB",
        f"Python {found['python']}, {found['system']}",
        "",
        _row("CPU PER ARTICLE, CRAWLED", "MS", "RATIO"),
        _row("plain Scrapy, trafilatura in the callback", crawls["plain"]["total"], ratios["plain"]),
        _row("Pilkada, fetched to searchable (pages: all)", crawls["all"]["total"], ratios["all"]),
        *(_row(f"  {part}", crawls["all"][part], crawls["all"][part] / crawls["plain"]["total"]) for part in PARTS),
        _row("Pilkada, REST record alone (pages: none)", crawls["none"]["total"], ratios["none"]),
        "",
        _row("CPU PER PAGE, READ", "MS", "RATIO"),
        _row("trafilatura with metadata", reading["trafilatura"], 1.0),
        *(
            _row(f"Pilkada, {words}", reading[name], found["read_ratio"][name])
            for name, words in (("page", "the same page"), ("record", "its REST record"), ("record_and_page", "both"))
        ),
        "",
        _row("OTHER", "MS", ""),
        _row("start of a crawl, Pilkada (CPU)", found["start_ms"]["all"], ""),
        _row("start of a crawl, plain Scrapy (CPU)", found["start_ms"]["plain"], ""),
        _row(
            f"`pilkada search` in {found['searched']} articles, start to end (wall, best of {SEARCHES})",
            found["search_ms"],
            "",
        ),
        "",
        f"Start-up is taken off: an article is the difference between crawls of {found['small']}",
        f"and {found['size']}, divided. With pages: all, the record and then the page beside it",
        "are fetched, kept and read; plain Scrapy is given the addresses, reads once and",
        "keeps no bytes.",
    ]
    if found["size"] < MEANINGFUL:
        lines.append(f"Fewer than {MEANINGFUL} articles: the figures of the crawls are noise.")
    return "\n".join(lines) + "\n"


def _row(what: str, ms: float | str, ratio: float | str) -> str:
    cost = ms if isinstance(ms, str) else f"{ms:.0f}" if ms >= 100 else f"{ms:.1f}"
    share = ratio if isinstance(ratio, str) else f"{ratio:.2f}"
    return f"{what:<62}{cost:>8}{share:>8}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
