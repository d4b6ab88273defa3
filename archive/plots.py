"""Plots of counts over time as files: PNG, SVG, or a page with the picture and its figures that needs nothing else."""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from archive import regions
from archive.captions import Plot, label
from archive.errors import ArchiveUnavailableError
from archive.export import whole_bytes
from archive.output import MisuseError
from archive.phases import overlapping
from archive.printout import page, text
from archive.series import Per

ENDINGS = (".png", ".svg", ".html")
_BEFORE_SVG = re.compile(r"\A.*?(?=<svg )", re.DOTALL)
"""What stands above the picture: an XML declaration, and a document type whose address some programs would ask for."""
_STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 76em; margin: 1em auto; padding: 0 1em; color: #111; background: #fff }
h1 { font-size: 1.4em } figure { margin: 0 } figure, div { overflow-x: auto }
svg { width: 100%; min-width: 52em; height: auto } table { border-collapse: collapse; font-size: .85em; margin: 1em 0 }
caption { text-align: left; font-weight: bold; padding: .3em 0 } th, td { border: 1px solid #999; padding: .15em .5em }
th { text-align: left; vertical-align: top; overflow-wrap: anywhere; min-width: 7em } td { text-align: right }
table.phases td { text-align: left; min-width: 6em } tfoot { font-weight: bold }
"""


def check(path: Path) -> None:
    """Refuse a file of which no plot can be made.

    Raises:
        MisuseError: its ending names none of the three formats.
    """
    if path.suffix.lower() not in ENDINGS:
        raise MisuseError(f"--plot {path.name}: name a file that ends in .png, .svg or .html")


def write(plot: Plot, path: Path) -> None:
    """Draw a plot into a file, in the format that its ending names; whole or not at all.

    Raises:
        ArchiveUnavailableError: the file cannot be written, or matplotlib cannot start.
    """
    # Without a home that it can write to it makes itself a folder for the time, and warns. Each such start looks at all
    # fonts of the system: measured, 0.1 s for 40 of them, 0.4 s for 1,500.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        from archive import drawing
    except ValueError as error:  # a backend that it does not know in MPLBACKEND, a matplotlibrc that is no UTF-8
        raise ArchiveUnavailableError(f"matplotlib cannot start: {error}") from error

    ending = path.suffix.lower()
    if ending == ".png":
        drawn = drawing.png(plot)
    elif ending == ".svg":
        drawn = _told(drawing.svg(plot), plot).encode()
    else:
        # On a page words are words, to be searched, copied and read aloud, and no outlines.
        wordless = replace(plot, caption=replace(plot.caption, title="", subtitle="", notes=()))
        drawn = _page(plot, _told(drawing.svg(wordless), plot)).encode()
    with whole_bytes(path) as file:
        file.write(drawn)


def _told(svg: str, plot: Plot) -> str:
    """Give a picture with what a screen reader says of it."""
    totals = ", ".join(label(plot.timeline, one) for one in plot.timeline.series)
    described = " ".join((plot.caption.subtitle, f"{totals}.", *plot.caption.notes))
    told = f"<title>{text(plot.caption.title)}</title>\n<desc>{text(described)}</desc>"
    return re.sub(r"<svg ([^>]*)>", lambda tag: f'<svg role="img" {tag[1]}>\n{told}', _BEFORE_SVG.sub("", svg), count=1)


def _page(plot: Plot, svg: str) -> str:
    parts = [
        f"<h1>{text(plot.caption.title)}</h1>",
        f"<p>{text(plot.caption.subtitle)}</p>",
        f"<figure>\n{svg}</figure>",
        f"<ul>{''.join(f'<li>{text(note)}</li>' for note in plot.caption.notes)}</ul>",
        *_table("", f"Articles per {plot.timeline.per}", _heads(plot), _rows(plot), _sums(plot)),
    ]
    if phases := overlapping(plot.phases, plot.begin, plot.end):
        names = {place.code: f"{place.name} {place.code}" for place in regions.places()}
        rows = [
            (one.name, str(one.start), str(one.end), ", ".join(names.get(code, code) for code in one.regions) or "all")
            for one in phases
        ]
        parts += _table("phases", "Phases, the lowest rank first", ("phase", "first day", "last day", "regions"), rows)
    return page(plot.caption.title, parts, language="en", style=_STYLE)


def _heads(plot: Plot) -> list[str]:
    line = plot.timeline
    named = [one.name if one.key in (None, one.name) else f"{one.name} ({one.key})" for one in line.series]
    others = f"lainnya / others ({line.others})" if line.by else "articles"
    return [line.per, *(name or others for name in named)]


def _rows(plot: Plot) -> Iterable[Sequence[str]]:
    line = plot.timeline
    for at, start in enumerate(line.starts):
        yield [_period(line.per, start), *(_number(one.counts[at]) for one in line.series)]
    if line.undated:
        yield ["no date", *(_number(one.undated) for one in line.series)]


def _sums(plot: Plot) -> Sequence[str]:
    return ["in all", *(_number(one.total + one.undated) for one in plot.timeline.series)]


def _period(per: Per, start: date) -> str:
    if per is Per.MONTH:
        return start.isoformat()[:7]
    return (
        start.isoformat()
        if per is Per.DAY
        else "{}-W{:02}, {} to {}".format(*start.isocalendar()[:2], start, per.end(start))
    )


def _number(count: int | None) -> str:
    """Give a count; a dash where nothing is known."""
    return "–" if count is None else str(count)


def _table(
    kind: str, caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], sums: Sequence[str] = ()
) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        first, *others = (text(cell) for cell in cells)
        return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'

    columns = "".join(f'<th scope="col">{text(head)}</th>' for head in heads)
    return [
        f'<div><table class="{kind}"><caption>{text(caption)}</caption>',
        f"<thead><tr>{columns}</tr></thead>",
        "<tbody>",
        *map(line, rows),
        "</tbody>",
        *([f"<tfoot>{line(sums)}</tfoot>"] if sums else []),
        "</table></div>",
    ]
