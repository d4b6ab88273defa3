"""What reading again changes: counted field by field over whole records, with examples to judge it by."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from archive.output import WIDTH, cell_text, room
from archive.text import for_terminal

NOT_READ = frozenset(
    [
        "id",
        "uid",
        "outlet",
        "outlet_name",
        "first_seen_at",
        "last_seen_at",
        "removed_at",
        "state",
        "cluster",
        "captures",
        "extractor",
        "labels",
    ]
)
"""Fields of a record that tell of the archive and not of what was read; all others are compared, those to come too."""
EXAMPLES = 2
"""Articles that are shown for each field."""
LINES = 8
"""Lines in which an example is shown; a paragraph has 6 to 10 of them at 38 columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A field of one article before and after; of lists and texts what only one of the two has."""

    field: str
    uid: str
    before: Any
    after: Any


@dataclass(slots=True)
class Differences:
    """Counts of articles: how many differ, and in which fields."""

    changed: int = 0
    new: int = 0
    """Articles where nothing could be read before."""
    lost: int = 0
    """Articles of which nothing can be read any more, or that are another article's now."""
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def compare(self, before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> None:
        """Add what became of some articles, given as records by their uids."""
        self.new += len(after.keys() - before.keys())
        self.lost += len(before.keys() - after.keys())
        for uid, record in after.items():
            if uid not in before:
                continue
            others = [
                name
                for name in record
                if name not in NOT_READ and _told(name, record[name]) != _told(name, before[uid].get(name))
            ]
            self.changed += bool(others)
            for name in others:
                self.fields[name] += 1
                if self.fields[name] <= EXAMPLES:
                    was, is_ = shown(name, before[uid].get(name), record[name])
                    self.examples.append(Example(field=name, uid=uid, before=was, after=is_))


def _told(name: str, value: Any) -> Any:
    """Give what a field tells; an election's judgement is the same whichever version of a pack gave it."""
    if name == "election" and isinstance(value, dict):
        return {key: part for key, part in value.items() if key != "pack"}
    return value


def shown(name: str, before: Any, after: Any) -> tuple[Any, Any]:
    """Give a field's two values as an example: of a body the first paragraph that differs, of lists and records what does."""
    if name == "body" and isinstance(before, str) and isinstance(after, str):
        one, other = _apart(before.split("\n\n"), after.split("\n\n"))
        return next(iter(one), None), next(iter(other), None)
    if isinstance(before, list) and isinstance(after, list):
        return _apart(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        other = [key for key in _told(name, after) if before.get(key) != after[key]]
        return {key: before.get(key) for key in other}, {key: after[key] for key in other}
    return _told(name, before), _told(name, after)


def _apart(one: list[Any], other: list[Any]) -> tuple[list[Any], list[Any]]:
    """Give what only one of two lists has; both whole where only the order differs."""
    apart = [part for part in one if part not in other], [part for part in other if part not in one]
    return apart if any(apart) else (one, other)


def side_by_side(examples: Sequence[Example], fields: Sequence[str]) -> Iterator[str]:
    """Give lines that show examples, before on the left and after on the right, in the order of the fields."""
    width = (min(room(), WIDTH) - 3) // 2
    for example in sorted(examples, key=lambda one: fields.index(one.field)):
        yield ""
        yield f"{example.field}  {example.uid}"
        sides = _bare(example.before), _bare(example.after)
        before, after = sides if sides[0] != sides[1] else (example.before, example.after)
        for left, right in zip_longest(_lines(before, width), _lines(after, width), fillvalue=""):
            yield f"{left:<{width}} | {right}".rstrip()


def _bare(value: Any) -> Any:
    """Give what a region, topic or actor is without the places of its words, which would fill the column."""
    if isinstance(value, list):
        return [
            {key: part for key, part in one.items() if key != "spans" and part is not None}
            if isinstance(one, dict)
            else one
            for one in value
        ]
    return value


def _lines(value: Any, width: int) -> list[str]:
    text = " ".join(for_terminal(cell_text(value)).split()) or ("[]" if value == [] else "-")
    return textwrap.wrap(text, width, max_lines=LINES, placeholder=" …")
