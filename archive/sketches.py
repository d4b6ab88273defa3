"""The marks of texts, and which articles have several of them in common: what near copies are looked up by.

A look-up asks for the marks of a text among the articles of some days before and after it. A mark that a crowd of those
has is kept for no further one, so that each gives a bounded number, however large the archive and however often a
phrase is used.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from archive.seeds import parted
from archive.stories import Sketch, SketchMark

WINDOW = 14
"""Days between two articles that are compared: outlets run a release within days, and a series for months."""
PERIOD = 32
"""Days whose marks lie together in the table, more than a window has. Without, each mark of a new article would be
written to another page of the whole table: at 16,000 articles that cost 0.4 ms an article more than at 4,000."""
CROWD = 64
"""A mark that so many articles of the window have is one of a stock phrase, or of a text that is everywhere (in one
million articles one phrase stood in 351, PERFORMANCE.md)."""
RARE = 2
"""At least so many marks that are no crowd's must be common to both;"""
MANY, SHARE = 4, 4
"""or so many of any kind, and one in so many of its own: how the hundredth copy of a release finds the first ones."""
COMPARED = 96
"""Articles that one is compared with, more than a crowd; those that have most marks in common first."""

_HOLDERS = select(SketchMark.mark, SketchMark.article_id).where(
    SketchMark.period.in_(bindparam("periods", expanding=True)),
    SketchMark.mark.in_(bindparam("marks", expanding=True)),
    SketchMark.day.between(bindparam("first"), bindparam("last")),
)
_UNMARK = delete(SketchMark).where(
    SketchMark.period == bindparam("within"),
    SketchMark.mark == bindparam("its"),
    SketchMark.day == bindparam("on"),
    SketchMark.article_id == bindparam("article"),
)


class Sketchbook:
    """The sketches of a batch of articles: found by each other at once, and written together at the end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: dict[int, list[int]] = {}
        self._added: dict[int, list[tuple[int, int]]] = {}
        self._marks: list[dict[str, int]] = []
        self._sketches: list[dict[str, Any]] = []

    def open(self, day: int, marks: Iterable[int]) -> None:
        """Look up who has the marks of the articles of one day that come next."""
        self._held = {}
        first, last = day - WINDOW, day + WINDOW
        asked = {"periods": sorted({first // PERIOD, last // PERIOD}), "first": first, "last": last}
        for some in parted(set(marks)):
            for mark, article_id in self._connection.execute(_HOLDERS, {"marks": some, **asked}):
                self._held.setdefault(mark, []).append(article_id)

    def add(
        self, *, article_id: int, uid: str, day: int, moment: int, text_sha256: str, marks: Sequence[int]
    ) -> list[int]:
        """Add an article of the day that is open; give those that it is to be compared with."""
        common: Counter[int] = Counter()
        rare: Counter[int] = Counter()
        own = day, article_id
        for mark in marks:
            added = self._added.get(mark, ())
            ids = [*self._held.get(mark, ()), *(held for at, held in added if abs(at - day) <= WINDOW)]
            if ids:
                common.update(ids)
            if len(ids) < CROWD:
                if ids:
                    rare.update(ids)
                self._added.setdefault(mark, []).append(own)
                self._marks.append({"period": day // PERIOD, "mark": mark, "day": day, "article_id": article_id})
        self._sketches.append(
            {
                "article_id": article_id,
                "uid": uid,
                "day": day,
                "moment": moment,
                "text_sha256": text_sha256,
                "marks": struct.pack(f"<{len(marks)}I", *marks),
            }
        )
        many = max(MANY, len(marks) / SHARE)
        alike = [held for held, number in common.items() if rare[held] >= RARE or number >= many]
        return sorted(alike, key=lambda held: (-common[held], held))[:COMPARED]

    def write(self) -> None:
        """Write the sketches that were added."""
        self._connection.execute(insert(Sketch), self._sketches)
        if self._marks:
            self._connection.execute(insert(SketchMark), self._marks)


def forget(connection: Connection, article_ids: Iterable[int]) -> None:
    """Drop the sketches of some articles."""
    for some in parted(article_ids):
        sketches = connection.execute(
            select(Sketch.article_id, Sketch.day, Sketch.marks).where(Sketch.article_id.in_(some))
        ).all()
        rows = [
            {"within": row.day // PERIOD, "its": mark, "on": row.day, "article": row.article_id}
            for row in sketches
            for (mark,) in struct.iter_unpack("<I", row.marks)
        ]
        if rows:
            connection.execute(_UNMARK, rows)
        connection.execute(delete(Sketch).where(Sketch.article_id.in_(some)))
