"""Samples: in proportion, the same for the same seed whatever the order, and printed so that one can be drawn again."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from archive.exportcommand import KEYS
from archive.records import Filters
from archive.sampling import Key, Stratum, draw, shared
from archive.statistics import By
from crawler.cli import main
from tests.archive.ran import Ran

LISTED = [(f"uid{number:04}", (f"outlet-{number % 7}",)) for number in range(400)]


def listing(rows: list[tuple[str, Stratum]]) -> Callable[[], list[tuple[str, Stratum]]]:
    return lambda: rows


def test_the_same_seed_draws_the_same_whatever_the_order() -> None:
    drawn = draw(listing(LISTED), 50, 7)
    mixed = random.Random(1).sample(LISTED, len(LISTED))
    again = draw(listing(mixed), 50, 7)
    assert set(again.uids) == set(drawn.uids)
    assert again.strata == drawn.strata
    assert drawn.uids == tuple(sorted(drawn.uids)), "in the order of the list"
    assert set(draw(listing(LISTED), 50, 8).uids) != set(drawn.uids)


def test_what_is_drawn_is_chosen_evenly() -> None:
    """Each article of 40 is in a quarter of 400 samples of 10; 4.5 standard deviations are 39."""
    rows = [(uid, ()) for uid, _ in LISTED[:40]]
    often = Counter(uid for seed in range(400) for uid in draw(listing(rows), 10, seed).uids)
    assert {uid: n for uid, n in often.items() if abs(n - 100) > 39} == {}


def test_a_larger_sample_without_strata_holds_the_smaller_one() -> None:
    rows = [(uid, ()) for uid, _ in LISTED]
    assert set(draw(listing(rows), 20, 3).uids) < set(draw(listing(rows), 60, 3).uids)


def test_more_than_there_are_is_all_of_them() -> None:
    drawn = draw(listing(LISTED), 1000, 7)
    assert drawn.uids == tuple(uid for uid, _ in LISTED)
    assert drawn.total == len(LISTED)
    assert draw(listing([]), 10, 7).uids == ()


@pytest.mark.parametrize(
    ("sizes", "number", "shares"),
    [
        ((50, 30, 20), 10, (5, 3, 2)),
        ((47, 16, 16), 10, (6, 2, 2)),
        ((97, 1, 1, 1), 10, (10, 0, 0, 0)),
        ((3, 3, 3), 4, (2, 1, 1)),
    ],
    ids=["even", "the largest remainders", "too small for one", "a tie goes by name"],
)
def test_strata_give_in_proportion(sizes: tuple[int, ...], number: int, shares: tuple[int, ...]) -> None:
    named = {(str(at),): size for at, size in enumerate(sizes)}
    assert tuple(shared(named, number).values()) == shares


@given(some.lists(some.integers(1, 500), max_size=40), some.integers(1, 3000))
def test_shares_add_up_and_miss_their_quota_by_less_than_one(sizes: list[int], number: int) -> None:
    named = {(str(at),): size for at, size in enumerate(sizes)}
    shares = shared(named, number)
    drawn = min(number, sum(sizes))
    assert sum(shares.values()) == drawn
    assert all(abs(shares[one] * sum(sizes) - drawn * size) < sum(sizes) for one, size in named.items())
    assert all(0 <= shares[one] <= size for one, size in named.items())


@pytest.mark.parametrize("key", list(Key))
def test_each_article_is_in_one_stratum(ran: Ran, key: Key) -> None:
    sample = ran.archive.sample(1000, seed=1, by=(key,))
    records = list(ran.archive.articles())
    assert sample.uids == tuple(record["uid"] for record in records)
    assert sum(size for _, size, _ in sample.strata) == len(records)
    sizes = {stratum[0]: size for stratum, size, _ in sample.strata}
    if key in (Key.OUTLET, Key.MONTH):
        assert sizes == {row[key.value]: row["articles"] for row in ran.archive.statistics(by=By(key.value))}
    elif key is Key.STATE:
        assert sizes == Counter(record["state"] for record in records)
    else:
        assert sizes.keys() == {"64.02" if key is Key.REGION else "daftar_pemilih", "none", "unknown"}


def test_filters_and_a_search_choose_what_is_drawn_from(ran: Ran) -> None:
    held = {record["uid"] for record in ran.archive.articles(Filters(outlets=("kabar",)))}
    drawn = ran.archive.sample(5, seed=1, filters=Filters(outlets=("kabar",)))
    assert set(drawn.uids) == held
    found = [record["uid"] for record in ran.archive.matching("pemilih")]
    assert ran.archive.sample(1000, seed=1, query="pemilih").uids == tuple(found)
    part = ran.archive.sample(2, seed=1, query="pemilih", by=("outlet", Key.MONTH))
    assert set(part.uids) < set(found)
    assert [record["uid"] for record in ran.archive.of(part.uids)] == list(part.uids)


def test_what_is_no_key_is_refused(ran: Ran) -> None:
    with pytest.raises(ValueError, match="'hari' is not a valid Key"):
        ran.archive.sample(2, seed=1, by=["hari"])


@pytest.mark.usefixtures("root_logger")
def test_the_command_says_what_it_drew_and_draws_it_again(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[list[Any], str]:
        file = tmp_path / "a.jsonl"
        assert main([*ran.home, "export", "--sample", "4", "--to", str(file), *words]) == 0
        return [json.loads(line)["uid"] for line in file.read_text("utf-8").splitlines()], capsys.readouterr().out

    (counted,) = ran.archive.statistics()
    uids, told = run("--stratify", "outlet, month")
    *table, drawn, written = told.splitlines()
    assert table[0].split() == ["OUTLET", "MONTH", "ARTICLES", "DRAWN"]
    assert sum(int(line.split()[-2]) for line in table[1:]) == counted["articles"]
    assert sum(int(line.split()[-1]) for line in table[1:]) == 4 == len(uids)
    seed = re.fullmatch(rf"4 of {counted['articles']} articles drawn with --seed (\d+)", drawn)
    assert seed
    assert written == f"4 articles written to {tmp_path / 'a.jsonl'}"
    assert run("--stratify", "outlet,month", "--seed", seed[1]) == (uids, told)
    assert run("--seed", "5")[1].startswith(f"4 of {counted['articles']} articles drawn with --seed 5\n")
    assert run("--seed", "5", "--rows", "regions")[1].endswith(f" of 4 articles written to {tmp_path / 'a.jsonl'}\n")


@pytest.mark.usefixtures("root_logger")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seed", "1"], "--seed and --stratify are for a sample: --sample N"),
        (["--sample", "3", "--stratify", "outlet,hari"], "--stratify: hari is no key; there are outlet, month, region"),
        (["--sample", "3", "--stratify", ","], "--stratify: nothing is no key"),
        (["--sample", "3", "--versions"], "a sample is of articles: --sample does not go with --versions"),
        (["--sample", "0"], "0 is not in the range x>=1"),
        (["--rows", "topics", "--pairs"], "--pairs and --rows are two exports: ask for one at a time"),
        (["--text", "b"], "name one place: --to FILE, --text DIR or --package DIR"),
    ],
)
def test_what_makes_no_sense_is_refused(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main([*ran.home, "export", "--to", str(tmp_path / "a.csv"), *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_knows_all_keys() -> None:
    assert tuple(Key) == KEYS
