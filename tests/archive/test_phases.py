"""Phases above a plot: none that does not overlap, none on top of another, the lowest rank on top."""

import random
from datetime import date, timedelta
from itertools import combinations

import pytest

from archive.phases import GAP, THINNEST, Band, Phase, bands, foremost, overlapping

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)
WIDE = 780.0


def phase(name: str, start: date, end: date, rank: int = 5, *regions: str) -> Phase:
    return Phase(name=name, start=start, end=end, rank=rank, regions=regions)


def laid(
    phases: list[Phase], lanes: int = 99, first: date = FIRST, last: date = LAST
) -> tuple[list[Band], list[Phase]]:
    ordered = overlapping(phases, first, last)
    return bands(
        ordered, first, last, width=WIDE, measure=lambda said: 5.0 * len(said), fit=lambda said: said[:40], lanes=lanes
    )


def some(chance: random.Random) -> list[Phase]:
    found = []
    for number in range(chance.randrange(1, 40)):
        start = FIRST + timedelta(days=chance.randrange(-100, 800))
        end = start + timedelta(days=chance.choice([0, 2, 20, 200, 900]))
        name = "_".join(["fase"] * chance.randrange(1, 12)) + str(number)
        found.append(phase(name, start, end, chance.randrange(1, 11)))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_no_bar_and_no_name_meets_another_and_none_leaves_the_plot(seed: int) -> None:
    found, left_out = laid(some(random.Random(seed)))
    assert left_out == []
    for band in found:
        assert 0 <= band.left < band.right <= WIDE
        assert band.right - band.left >= THINNEST - 1e-9
        assert band.text_left >= 0
        assert band.text_left + 5 * len(band.text) <= WIDE
    for one, other in combinations(found, 2):
        if one.lane == other.lane:
            (_, right), (left, _) = sorted(
                (min(band.left, band.text_left), max(band.right, band.text_left + 5 * len(band.text)))
                for band in (one, other)
            )
            assert right + GAP <= left + 1e-9, (one, other)
        elif one.phase.start <= other.phase.end and other.phase.start <= one.phase.end:
            upper, lower = sorted((one, other), key=lambda band: band.lane)
            assert upper.phase.rank <= lower.phase.rank, (upper, lower)


def test_what_has_no_lane_is_given_back_the_highest_ranks_first() -> None:
    phases = [phase(f"f{number}", FIRST, LAST, number) for number in range(10)]
    found, left_out = laid(phases, lanes=4)
    assert [band.phase.rank for band in found] == [0, 1, 2, 3]
    assert [one.rank for one in left_out] == [4, 5, 6, 7, 8, 9]


def test_only_phases_that_share_a_day_are_shown() -> None:
    inside = phase("di_dalam", date(2024, 5, 1), date(2024, 5, 1))
    edges = [phase("awal", date(2023, 1, 1), FIRST), phase("akhir", LAST, date(2027, 1, 1))]
    outside = [phase("dulu", date(2023, 1, 1), date(2023, 12, 31)), phase("nanti", date(2026, 1, 1), date(2026, 1, 1))]
    assert {one.name for one in overlapping([inside, *edges, *outside], FIRST, LAST)} == {"di_dalam", "awal", "akhir"}


def test_a_name_stands_in_its_bar_beside_it_or_before_it() -> None:
    found, _ = laid([
        phase("panjang", date(2024, 1, 1), date(2024, 12, 31)),
        phase("satu_hari", date(2025, 2, 1), date(2025, 2, 1)),
        phase("satu_hari_di_ujung", date(2025, 12, 30), date(2025, 12, 30)),
        phase("bagian", date(2024, 3, 1), date(2024, 3, 1), 5, "64.02", "64.11"),
    ])  # fmt: skip
    by_name = {band.phase.name: band for band in found}
    assert by_name["panjang"].left < by_name["panjang"].text_left < by_name["panjang"].right
    assert by_name["satu_hari"].text_left > by_name["satu_hari"].right
    last = by_name["satu_hari_di_ujung"]
    assert last.text_left + 5 * len(last.text) < last.left
    assert by_name["bagian"].text == "bagian (64.02, 64.11)"


@pytest.mark.parametrize("seed", range(10))
def test_each_day_is_shaded_by_the_phase_of_the_lowest_rank(seed: int) -> None:
    phases = some(random.Random(seed))
    told: dict[date, int] = {}
    for start, end, one in foremost(phases, FIRST, LAST):
        for number in range((end - start).days + 1):
            day = start + timedelta(days=number)
            assert day not in told
            told[day] = one.rank
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        held = [one.rank for one in phases if one.start <= day <= one.end]
        assert told.get(day) == (min(held) if held else None)


def test_the_last_day_that_there_is_has_a_phase_too() -> None:
    one = phase("akhir", date(9999, 12, 30), date.max)
    assert foremost([one], date(9999, 12, 1), date.max) == [(date(9999, 12, 30), date.max, one)]
    assert len(laid([one], first=date(9999, 12, 1), last=date.max)[0]) == 1
