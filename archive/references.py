"""A citation in the formats of reference lists: a line in Indonesian, BibTeX, RIS, CSL-JSON.

Names are never taken apart: most Indonesian names have no family name, and which part of one would be is not printed.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from archive.citation import Citation
from archive.records import State

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
UNDATED = "t.t."
"""*Tanpa tanggal*, as Indonesian reference lists have it."""
ARCHIVE = "Pilkada"
"""What the archive is called in a citation; where in it the record lies stands beside."""

_TEX = {
    "\\": r"{\textbackslash}",
    # To BibTeX an escaped brace still opens a group: one alone would run to the end of the file.
    "{": r"\{\vphantom{\}}",
    "}": r"\vphantom{\{}\}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
"""Signs that TeX would act upon, spelled as Zotero spells and reads them."""
_LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=[?!])(?=`)|(?<=,)(?=,)|(?<=<)(?=<)|(?<=>)(?=>)")


def as_text(citation: Citation) -> str:
    """Give the citation in a line for an Indonesian reference list."""
    return " ".join(_sentences(citation))


def _sentences(citation: Citation) -> Iterator[str]:
    if citation.authors:
        yield _ended(_listed(citation.authors))
    yield f'"{_ended(citation.title)}"'
    yield _ended(f"{citation.container}, {_day(citation.published) if citation.published else UNDATED}")
    yield f"Versi {citation.version} dari {citation.versions}."
    if citation.state is not State.LIVE:
        since = f" sejak {citation.gone}" if citation.gone else ""
        yield f"{_GONE[citation.state]}{since}, terakhir terlihat {citation.last_seen}."
    yield citation.url
    yield f"Diakses {_day(citation.accessed)} pukul {citation.accessed:%H.%M.%S %Z}."
    if citation.payload_sha256:
        yield f"sha256 {citation.payload_sha256}"
    yield citation.record_id


_GONE = {State.REMOVED: "Dihapus dari situsnya", State.SUSPECTED: "Tidak ditemukan lagi di situsnya"}


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _listed(names: tuple[str, ...]) -> str:
    *most, last = names
    if not most:
        return last
    return f"{most[0]} dan {last}" if len(most) == 1 else f"{', '.join(most)}, dan {last}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def as_bibtex(citation: Citation) -> str:
    """Give the citation as an entry of a BibTeX file, for BibTeX, biblatex and what imports either.

    Names and title stand in braces of their own, so that no style parts the ones or lowers the other. An address is not
    escaped, as both programs ask; `date` and `urldate` are biblatex's, and BibTeX prints `year` and `note`.
    """
    published = citation.published
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in citation.authors),
        "title": f"{{{_tex(citation.title)}}}",
        "journal": _tex(citation.container),
        "year": str(published.year) if published else "",
        "date": published.isoformat() if published else "",
        "url": citation.url,
        "urldate": citation.accessed.date().isoformat(),
        "note": _tex(citation.note),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@article{{{citation.key},\n{lines}}}\n"


def _tex(text: str) -> str:
    """Give a text as TeX prints it: nothing in it is a command, opens a group, or runs together with its neighbour."""
    return "".join(_TEX.get(sign, sign) for sign in _LIGATURE.sub("\0", text)).replace("\0", "{}")


def as_ris(citation: Citation) -> str:
    """Give the citation as a RIS record: a newspaper's article, whose lines end with CR LF."""
    published = citation.published
    tags = [
        ("TY", "NEWS"),
        ("ID", citation.key),
        *(("AU", name) for name in citation.authors),
        ("TI", citation.title),
        ("T2", citation.container),
        ("PY", str(published.year) if published else ""),
        ("DA", f"{published:%Y/%m/%d}" if published else ""),
        ("LA", citation.language or ""),
        ("UR", citation.url),
        ("Y2", f"{citation.accessed:%Y/%m/%d}"),
        ("DB", ARCHIVE),
        ("AN", citation.location),
        ("N1", citation.note),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in tags if value) + "ER  - \r\n"


def as_csl(citation: Citation) -> list[dict[str, Any]]:
    """Give the citation as CSL-JSON: a list of one item."""
    item = {
        "id": citation.key,
        "type": "article-newspaper",
        "author": [{"literal": name} for name in citation.authors],
        "title": citation.title,
        "container-title": citation.container,
        "issued": _parts(citation.published) if citation.published else None,
        "accessed": _parts(citation.accessed),
        "URL": citation.url,
        "language": citation.language,
        "version": str(citation.version),
        "archive": ARCHIVE,
        "archive_location": citation.location,
        "note": citation.note,
    }
    return [{name: value for name, value in item.items() if value}]


def _parts(day: date) -> dict[str, Any]:
    return {"date-parts": [[day.year, day.month, day.day]]}
