"""The words that differ between two versions of an article: gone and new ones in the running text."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import click

from archive.comparison import Piece, folded, pairs, pieces
from archive.text import columns, for_terminal

_MARKS = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
"""What stands round words where there is no colour."""


def between(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Give the difference of two records, of versions or of articles: headline and paragraphs as pieces read in one.

    Of two versions it says what changed and how that was announced; of two articles, `against` is the other one's uid,
    and `evidence` what they share, where one is the first of the other's cluster.
    """
    if old["uid"] == new["uid"]:
        (version,) = (one for one in new["history"] if one["version"] == new["version"])
        said = {name: version[name] for name in ("since", "changed", "announced", "note")}
    else:
        said = {"against": old["uid"], "evidence": _shared(old, new)}
    return {
        "uid": new["uid"],
        "from": old["version"],
        "to": new["version"],
        **said,
        "title": pieces(old["title"], new["title"]),
        "body": list(_blocks(_split(old), _split(new))),
    }


def _shared(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    """Give the evidence by which one of two articles is tied to the other."""
    for first, tied in ((one, other), (other, one)):
        for member in tied["members"]:
            if (member["uid"], tied["members"][0]["uid"]) == (tied["uid"], first["uid"]):
                return {name: member[name] for name in ("tier", "c3", "c5", "unquoted", "figures", "quote")}
    return None


def heading(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Say in a line what is compared, and what is known of how one became the other."""
    found = between(old, new)
    if old["uid"] == new["uid"]:
        return f"version {old['version']} became {new['version']}: {told(found)}"
    one, other = (
        f"{record['uid']} ({record['outlet']}, {record['published_date'] or 'undated'})" for record in (old, new)
    )
    shared = found["evidence"]
    how = f"{shared['tier']}, c3 {shared['c3']}, unquoted {shared['unquoted']}" if shared else "two articles"
    return f"from {one} to {other}: {how}"


def told(version: dict[str, Any]) -> str:
    """Give what a version changed in a line: since when, which kinds, and how that was announced."""
    how = {True: f"announced: {version['note']}", False: "silent"}.get(version["announced"], "")
    return "; ".join(filter(None, (version["since"], ", ".join(version["changed"] or ()), " ".join(how.split()))))


def paragraphs(old: dict[str, Any], new: dict[str, Any], width: int, *, coloured: bool) -> Iterator[str]:
    """Give the difference of two records for people, in paragraphs of at most `width` columns.

    Paragraphs that stayed are counted. Gone and new words stand between marks where there is no colour.
    """
    found = between(old, new)
    yield click.style(textwrap.fill(for_terminal(heading(old, new)), width, break_on_hyphens=False), bold=True)
    yield _wrapped(found["title"], width, coloured)
    stayed = 0
    for block in [*found["body"], None]:
        if block is not None and all(piece.op == "same" for piece in block):
            stayed += 1
            continue
        if stayed:
            yield f"({stayed} paragraph{'' if stayed == 1 else 's'} unchanged)"
            stayed = 0
        if block is not None:
            yield _wrapped(block, width, coloured)


def _split(record: dict[str, Any]) -> list[str]:
    return record["body"].split("\n\n") if record["body"] else []


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Piece]]:
    """Pair paragraphs as they are compared, and give their words as they are printed."""
    before, after = iter(old), iter(new)
    for one, other in pairs([folded(block) for block in old], [folded(block) for block in new]):
        yield pieces("" if one is None else next(before), "" if other is None else next(after))


def _wrapped(block: Sequence[Piece], width: int, coloured: bool) -> str:  # noqa: FBT001 - nobody else calls it
    lines, line, column = [], "", 0
    for shown, size in _words(block, coloured):
        if column and column + 1 + size > width:
            lines.append(line)
            line, column = "", 0
        line, column = (f"{line} {shown}", column + 1 + size) if column else (shown, size)
    return "\n".join([*lines, line])


def _words(block: Sequence[Piece], coloured: bool) -> Iterator[tuple[str, int]]:  # noqa: FBT001
    """Give each word as it is shown, and how many columns it takes."""
    for piece in block:
        words = for_terminal(piece.text).split()
        opens, closes = ("", "") if coloured else _MARKS[piece.op]
        for at, word in enumerate(words):
            shown = f"{opens if at == 0 else ''}{word}{closes if at == len(words) - 1 else ''}"
            yield _colour(piece.op, shown) if coloured else shown, columns(shown)


def _colour(op: str, word: str) -> str:
    """Give a word in its colour, and in a form that who sees no colours can tell."""
    if op == "gone":
        return click.style(word, fg="red", strikethrough=True)
    return click.style(word, fg="green", bold=True) if op == "new" else word
