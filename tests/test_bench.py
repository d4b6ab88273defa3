"""The bench runs and says what it promises; what it measures is not asserted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.afford import Machine, fits, measured_in, most, parallel, years
from bench.afford import table as budget_table
from bench.articles import PARTS, table
from bench.budget import measure as measure_budget
from bench.duplicates import main as copies
from bench.newsstand import ELECTION, Newsstand
from bench.questions import exact
from bench.search import measure
from bench.search import table as search_table
from bench.site import BenchSite, posts

ROOT = Path(__file__).resolve().parents[1]


def test_no_two_posts_of_the_site_have_the_same_text_or_address() -> None:
    made = posts(200)
    assert len({post.blocks[1:-1] for post in made}) == len({BenchSite.blog.path(post) for post in made}) == 200
    assert made == posts(200)


def test_the_bench_measures_both_ways_in_one_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.articles", "--size", "10", "--format", "json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        timeout=100,
        check=True,
    )
    found = json.loads(done.stdout)
    assert set(found["crawl_ms"]) == set(found["crawl_ratio"]) == {"plain", "all", "none"}
    assert set(found["crawl_ms"]["all"]) == {*PARTS, "total"}
    assert found["crawl_ratio"]["plain"] == found["read_ratio"]["trafilatura"] == 1
    assert found["search_ms"] > 0
    lines = table(found).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1].endswith("noise.")


def test_the_readme_shows_how_the_gate_judges() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.election"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout in (ROOT / "README.md").read_text("utf-8")


def test_the_bench_of_copies_finds_what_releases_became(capsys: pytest.CaptureFixture[str]) -> None:
    assert copies(["--size", "300"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    found = {line[:34].strip(): float(line.split()[-1]) for line in lines[-3:]}
    floors = {"copies, as pairs": 0.95, "copies and rewrites, as pairs": 0.95, "copies and rewrites, by cluster": 0.95}
    assert {name for name, floor in floors.items() if found[name] < floor} == set(), found
    (state,) = (int(line.split()[0]) for line in lines if line.endswith("bytes of state an article"))
    assert state < 1024


def test_the_index_counts_as_fts5_does_and_the_bench_of_searches_prints_what_it_took() -> None:
    """Words and phrases asked for in their very form, by which both engines find the same articles by construction."""
    found = measure(300)
    assert found.disagreed == []
    assert found.agreed == len(exact(found.newsstand))
    assert 0 < found.index_bytes < found.text_bytes
    lines = search_table(found).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("newest, a common word")]


def test_the_articles_of_the_bench_are_the_same_each_time_and_say_what_elections_say() -> None:
    newsstand = Newsstand(2_000)
    made = list(newsstand.articles(0, 2_000))
    assert made[700:1_300] == list(Newsstand(2_000).articles(700, 1_300))
    assert len({article.uid for article in made}) == 2_000
    assert [article.moment for article in made] == sorted(article.moment for article in made)
    for word in (word for word in ELECTION if " " not in word):
        having = sum(word in f"{article.title} {article.body}".lower().split() for article in made) / 2_000
        assert 0.5 < having < 0.97, word


def test_the_readme_s_budget_follows_from_the_numbers_beside_it() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    block = text[text.index("MEASURED\nWARC files") :].partition("```")[0]
    assert budget_table(measured_in(block)) == block
    assert max(map(len, block.splitlines())) <= 80


def test_a_budget_shrinks_with_what_is_asked_of_it() -> None:
    block = (ROOT / "README.md").read_text("utf-8").partition("MEASURED\n")[2].partition("```")[0]
    found = measured_in(block)
    assert years(found, 10, 30) == pytest.approx(10 * years(found, 100, 30))
    assert years(found, 10, 30) > years(found | {"warc": 2 * found["warc"]}, 10, 30) > years(found, 10, 100)
    assert most(found, 10) > most(found, 100) >= 1
    assert not fits(found, most(found, 30) + 1, 30)
    assert parallel(found) > parallel(found | {"child_mb": 400}) == 1
    assert parallel(found, Machine(memory_mb=2048)) > parallel(found)


@pytest.mark.soak
def test_the_bench_of_the_budget_measures() -> None:
    found = measure_budget(80, small=20, held=300)
    assert {name for name, value in found.items() if value <= 0} == set()
    assert 40 < found["daemon_mb"] < 200
    assert found["reader_mb"] < found["child_mb"] < 512
