"""What the columns of exported rows hold: of each kind of row one table, from which header and types are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What one value is; each may be null."""

    TEXT = "text"
    """Times too: ISO 8601 with the offset that was printed, which a column of instants would lose."""
    DAY = "day"
    """A day without a time, ISO 8601 in a record."""
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of values or of records."""

    of: "Shape"


Shape: TypeAlias = "Kind | Many | Mapping[str, Shape]"
"""A value, a list, or a record with named parts."""
Columns: TypeAlias = Mapping[str, Shape]
"""The columns of a row, in the order in which they are written."""

TEXT, DAY, INTEGER, NUMBER, TRUTH = Kind.TEXT, Kind.DAY, Kind.INTEGER, Kind.NUMBER, Kind.TRUTH
_TEXTS = Many(TEXT)
SPANS = Many({"field": TEXT, "start": INTEGER, "end": INTEGER, "text": TEXT})

ARTICLE: Columns = {
    "id": INTEGER,
    "uid": TEXT,
    "url": TEXT,
    "canonical_url": TEXT,
    "outlet": TEXT,
    "outlet_name": TEXT,
    "title": TEXT,
    "body": TEXT,
    "removed": Many({"rule": TEXT, "text": TEXT}),
    "lead": TEXT,
    "dateline": TEXT,
    "dateline_outlet": TEXT,
    "place": TEXT,
    "authors": _TEXTS,
    "editors": _TEXTS,
    "credit": TEXT,
    "advertorial_mark": TEXT,
    "published_date": DAY,
    "published_at": TEXT,
    "published_source": TEXT,
    "modified_at": TEXT,
    "first_seen_at": TEXT,
    "last_seen_at": TEXT,
    "removed_at": TEXT,
    "section": TEXT,
    "tags": _TEXTS,
    "image_url": TEXT,
    "caption": TEXT,
    "photo_credit": TEXT,
    "captions": _TEXTS,
    "related": Many({"text": TEXT, "url": TEXT}),
    "language": TEXT,
    "word_count": INTEGER,
    "election": {"score": NUMBER, "about": TRUTH, "evidence": _TEXTS, "pack": TEXT},
    "regions": Many({"code": TEXT, "name": TEXT, "level": TEXT, "role": TEXT, "spans": SPANS}),
    "topics": Many({"name": TEXT, "role": TEXT, "modality": TEXT, "spans": SPANS}),
    "actors": Many({"id": TEXT, "name": TEXT, "role": TEXT, "spans": SPANS}),
    "cluster": {"uid": TEXT, "size": INTEGER, "rank": INTEGER, "tier": TEXT, "first_certain": TRUTH},
    "phase": TEXT,
    "flags": _TEXTS,
    "state": TEXT,
    "version": INTEGER,
    "versions": INTEGER,
    "changed": TRUTH,
    "captures": Many(
        {
            "record_id": TEXT,
            "file": TEXT,
            "offset": INTEGER,
            "length": INTEGER,
            "sha256": TEXT,
            "fetched_at": TEXT,
            "role": TEXT,
        }
    ),
    "extractor": TEXT,
    "labels": Many({"coder": TEXT, "code": TEXT, "value": TEXT}),
}
"""An article's record, CONTRACT.md."""

VERSION: Columns = {
    "uid": TEXT,
    "outlet": TEXT,
    "canonical_url": TEXT,
    "version": INTEGER,
    "versions": INTEGER,
    "since": TEXT,
    "until": TEXT,
    "title": TEXT,
    "body": TEXT,
    "published_date": DAY,
    "modified_at": TEXT,
    "word_count": INTEGER,
    "changed": _TEXTS,
    "announced": TRUTH,
    "note": TEXT,
    "shrunken": _TEXTS,
    "text_sha256": TEXT,
    "extractor": TEXT,
}
"""One version of an article (`archive.editions`)."""

SIDE = ("uid", "outlet", "published", "title")
"""What a pair says of each of its articles; `published` is a time where one is known, else a day."""
PAIR: Columns = {
    **dict.fromkeys((f"first_{name}" for name in SIDE), TEXT),
    **dict.fromkeys((f"other_{name}" for name in SIDE), TEXT),
    "first_certain": TRUTH,
    "tier": TEXT,
    **dict.fromkeys(("c3", "c5", "unquoted"), NUMBER),
    "figures": _TEXTS,
    "quote": NUMBER,
    "rule": INTEGER,
    "cluster": TEXT,
}
"""Two articles that share a source (`archive.pairs`)."""

COUNT: Columns = {"outlet": TEXT, "month": TEXT, **dict.fromkeys(("articles", "clusters", "firsts"), INTEGER)}
"""What a package counts by outlet and month, as `stats` does (`archive.package`)."""

COVERAGE: Columns = {
    "outlet": TEXT,
    "day": DAY,
    "basis": TEXT,
    **dict.fromkeys(("held", "known", "missing", "failed", "blocked", "unreadable", "uncounted"), INTEGER),
    "hours_down": NUMBER,
    "verdict": TEXT,
}
"""What is covered of an outlet's day (`archive.coverage`)."""


def paths(columns: Columns, above: str = "") -> dict[str, Shape]:
    """Give the columns of a row in their order, each with the parts of its records behind it: `captures.sha256`."""
    found: dict[str, Shape] = {}
    for name, shape in columns.items():
        found[f"{above}{name}"] = shape
        inner = shape.of if isinstance(shape, Many) else shape
        if isinstance(inner, Mapping):
            found |= paths(inner, f"{above}{name}.")
    return found
