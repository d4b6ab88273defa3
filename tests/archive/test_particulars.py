"""The lines above an article's text: who copied whom, and how certain that is."""

from typing import Any

import pytest

from archive import particulars
from tests.archive.ran import Ran


def member(rank: int, outlet: str, tier: str | None, *, after: bool | None) -> dict[str, Any]:
    return {"uid": f"uid-{rank}", "rank": rank, "outlet": outlet, "tier": tier, "after_first": after}


MEMBERS = [
    member(1, "kabar", None, after=None),
    member(2, "suara", "copy", after=False),
    member(3, "hulu", "rewrite", after=True),
]


@pytest.mark.parametrize(
    ("rank", "certain", "expected"),
    [
        (1, True, "first of 3, then suara (copy), hulu (rewrite)"),
        (1, False, "first of 3, then suara (copy), hulu (rewrite); which was first is not certain"),
        (2, False, "copy of uid-1 (kabar), number 2 of 3; which was first is not certain"),
        (
            3,
            False,
            "rewrite of uid-1 (kabar), number 3 of 3; it was not first, and which of the others was is not certain",
        ),
        (3, True, "rewrite of uid-1 (kabar), number 3 of 3"),
    ],
)
def test_the_cluster_stands_in_a_line(ran: Ran, rank: int, certain: bool, expected: str) -> None:
    tier = MEMBERS[rank - 1]["tier"]
    cluster = {"uid": "uid-1", "size": 3, "rank": rank, "tier": tier, "first_certain": certain}
    record = ran.archive.get(ran.uids["event"]) | {"uid": f"uid-{rank}", "cluster": cluster, "members": MEMBERS}
    assert dict(particulars.of(record))["cluster"] == expected


def test_what_is_not_known_has_no_line(ran: Ran) -> None:
    names = [name for name, _ in particulars.of(ran.archive.get(ran.uids["undated"]))]
    assert names == ["uid", "outlet", "address", "state"]


def test_each_edit_has_a_line(ran: Ran) -> None:
    lines = [line for name, line in particulars.of(ran.archive.get(ran.uids["edited"])) if name == "edited"]
    assert lines == [
        "version 2, 2024-09-30T02:00:00Z; figures; silent",
        "version 3, 2024-09-30T03:00:00Z; body; announced: Ralat: jumlah surat suara rusak semula tertulis 412.",
    ]
