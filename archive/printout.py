"""An article, or a difference, as one HTML document that can be kept, mailed and printed; it loads nothing.

What a site wrote is text on it and never markup: all of it goes through `text`. No script runs, whatever is in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from archive import difference, particulars
from archive.comparison import Piece
from archive.output import cell_text
from archive.text import for_terminal

_STYLE = """
body { font: 16px/1.5 Georgia, serif; max-width: 44em; margin: 2em auto; padding: 0 1em; color: #111; background: #fff }
h1 { font-size: 1.5em; line-height: 1.25 } h2 { font-size: 1.1em; margin-top: 2em }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1em; font-size: .85em } dd { margin: 0 }
dl, table { overflow-wrap: anywhere } table { border-collapse: collapse; font-size: .8em; width: 100% }
th, td { border: 1px solid #999; padding: .2em .5em; text-align: left; vertical-align: top }
del { background: #fdd; color: #900 } ins { background: #dfd; color: #060; font-weight: bold }
@media print { body { margin: 0; max-width: none } tr, dl { break-inside: avoid } }
"""
_HEAD = """<!DOCTYPE html>
<html lang="{}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">"""
_TAGS = {"same": "{}", "gone": "<del>{}</del>", "new": "<ins>{}</ins>"}
_VERSIONS = ("version", "since", "changed", "note", "text_sha256")
_MEMBERS = ("rank", "published_date", "outlet", "tier", "title", "uid")
_CAPTURES = ("role", "fetched_at", "record_id", "file", "offset", "sha256")


def of_article(record: Mapping[str, Any]) -> str:
    """Give an article as a page: what is known of it, its text, its versions, its cluster and its captures."""
    return page(
        record["title"],
        [
            f"<h1>{text(record['title'])}</h1>",
            _list(particulars.of(record)),
            *(f"<p>{text(block)}</p>" for block in _blocks(record)),
            *_evidence(record),
        ],
    )


def of_difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Give the difference of two records as a page: what was compared, and each word that is gone or new."""
    found = difference.between(old, new)
    line = difference.heading(old, new)
    return page(
        f"{new['title']}: {line}",
        [
            f"<h1>{_marked(found['title'])}</h1>",
            f"<p><strong>{text(line)}</strong></p>",
            f"<p>{_TAGS['gone'].format('struck out')}: only in the first. {_TAGS['new'].format('underlined')}: only in the second.</p>",
            *(_compared(name, record) for name, record in (("First", old), ("Second", new))),
            "<h2>Text</h2>",
            *(f"<p>{_marked(block)}</p>" for block in found["body"]),
        ],
    )


def _compared(name: str, record: Mapping[str, Any]) -> str:
    """Give which text of which article was compared, with what proves it."""
    (version,) = (one for one in record["history"] if one["version"] == record["version"])
    facts = [
        ("uid", record["uid"]),
        ("headline", record["title"]),
        ("outlet", f"{record['outlet_name']} ({record['outlet']})"),
        ("address", record["canonical_url"]),
        ("published", particulars.when(record) or "undated"),
        ("version", f"{record['version']} of {record['versions']}, first seen {version['since']}"),
        ("text sha256", version["text_sha256"]),
        *(
            ("capture", f"{one['record_id']} of {one['fetched_at']}, sha256 {one['sha256']}")
            for one in record["captures"]
        ),
    ]
    return f"<h2>{name}</h2>\n{_list(facts)}"


def _evidence(record: Mapping[str, Any]) -> Iterable[str]:
    for name, rows, columns in (
        ("Versions", record["history"], _VERSIONS),
        ("Cluster", record["members"], _MEMBERS),
        ("Captures", record["captures"], _CAPTURES),
    ):
        if rows:
            yield f"<h2>{name}</h2>\n{_table(rows, columns)}"


def page(title: str, parts: Iterable[str], *, language: str = "id", style: str = _STYLE) -> str:
    """Give a document of parts that are markup already; its policy lets nothing load or run but its own style."""
    return "\n".join(
        [
            _HEAD.format(language),
            f"<title>{text(title)}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *parts,
            "</body>",
            "</html>",
        ]
    )


def _list(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["<dl>", *(f"<dt>{text(name)}</dt><dd>{text(said)}</dd>" for name, said in facts), "</dl>"])


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    heads = "".join(f"<th>{text(name.replace('_', ' '))}</th>" for name in columns)
    lines = ("".join(f"<td>{text(cell_text(row[name]))}</td>" for name in columns) for row in rows)
    return "\n".join(["<table>", f"<tr>{heads}</tr>", *(f"<tr>{line}</tr>" for line in lines), "</table>"])


def _blocks(record: Mapping[str, Any]) -> list[str]:
    return record["body"].split("\n\n") if record["body"] else []


def _marked(pieces: Iterable[Piece]) -> str:
    return " ".join(_TAGS[piece.op].format(text(piece.text)) for piece in pieces)


def text(said: str) -> str:
    """Give a text without markup, and without what hides or reorders text."""
    return escape(for_terminal(said))
