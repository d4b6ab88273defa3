"""Counts over time as a picture, by matplotlib, which takes 0.4 s to import and is so only when one is drawn."""

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator

from archive import strokes
from archive.captions import LONGEST, Plot, label, short
from archive.phases import Band, Phase, bands, foremost, overlapping
from archive.series import Per, Series

DOTS = 150
"""Dots per inch of a PNG: 1,800 of them wide."""
WIDE, LEFT, RIGHT = 12.0, 0.85, 0.3
"""Inches of the picture, and of what stands beside the days."""
ROOM = (WIDE - LEFT - RIGHT) * 72
"""Points that the days have."""
TALL, ROW, NAME = 4.2, 0.6, 0.24
"""Inches of a plot, of one of several rows, and of the name above a row."""
UNLIKE = 6
"""So many times the lowest row's peak, the highest one's lets nothing be seen of it on one scale."""
LANE, LANES = 0.19, 18
"""Inches of a lane of phases; how many there may be."""
TEXT, SMALL, TITLE = 9.0, 8.0, 14.0
"""Points."""
TICKS = 12
FONT = "DejaVu Sans"
"""The one that matplotlib brings."""
HATCH = "#8a8a8a"
SHADES = ("#9db3cf", "#b4c5db", "#c9d5e5", "#dae2ed", "#e8edf4")
"""Of phases, the lowest rank first."""

_SETTINGS: dict[Any, Any] = {
    "font.family": FONT,
    "font.size": TEXT,
    "text.parse_math": False,
    "axes.unicode_minus": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "pilkada",
    "hatch.linewidth": 0.6,
}


def png(plot: Plot) -> bytes:
    """Give a plot as a PNG; the same plot gives the same bytes."""
    written = io.BytesIO()
    with _settings():
        _draw(plot).savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def svg(plot: Plot) -> str:
    """Give a plot as an SVG with its letters as outlines; the same plot gives the same text."""
    written = io.StringIO()
    unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _settings():
        _draw(plot).savefig(written, format="svg", metadata=unsaid)
    return written.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    """Draw by our settings and by none that a user's own matplotlib has."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def _draw(plot: Plot) -> Figure:
    """Draw the title, the lanes of the phases, the counts and the notes below one another, each as tall as it needs."""
    series = plot.timeline.series
    rows = 0 if strokes.overlaid(plot.timeline) else len(series)
    ordered = overlapping(plot.phases, plot.begin, plot.end)
    laid, left_out = bands(
        ordered,
        plot.begin,
        plot.end,
        width=ROOM,
        measure=lambda said: _width(said, SMALL),
        fit=lambda said: _drawable(short(said, LONGEST)),
        lanes=LANES,
    )
    notes = [*plot.caption.notes]
    # One at least: of what has articles without a day alone there is nothing to be seen.
    peaks = [max(1, *(number or 0 for number in one.counts)) for one in series]
    tops = peaks if rows and max(peaks) > UNLIKE * min(peaks) else [max(peaks)] * len(peaks)
    if len(set(tops)) > 1:
        notes.insert(-1, "Each row has a scale of its own, up to its highest count.")
    if left_out:
        notes.insert(-1, f"{len(left_out)} more phases have no room above the plot.")
    head = _wrapped(plot.caption.subtitle, TEXT)
    foot = [line for note in notes for line in _wrapped(note, SMALL)]
    keys, columns = _legend(plot, lines=not rows)
    strip = LANE * (max((band.lane for band in laid), default=-1) + 1)
    above = (0.62 if head else 0.12) + 0.19 * len(head) + strip + 0.05
    tall = rows * (ROW + NAME) if rows > 1 else TALL
    row = tall / rows if rows else tall
    legend = 0.2 * math.ceil(len(keys) / columns) + 0.12 if keys else 0.0
    below = 0.62 + legend + 0.165 * len(foot) + 0.12

    high = above + tall + below
    figure = Figure(figsize=(WIDE, high), dpi=DOTS, facecolor="white")
    left = LEFT / WIDE

    def add(bottom: float, height: float) -> Axes:
        return figure.add_axes((left, bottom / high, 1 - (LEFT + RIGHT) / WIDE, height / high))

    figure.text(left, 1 - 0.2 / high, _drawable(plot.caption.title), size=TITLE, va="top")
    for at, said in enumerate(head):
        figure.text(left, 1 - (0.5 + 0.19 * at) / high, said, size=TEXT, va="top", color="#333333")
    if laid:
        _strip(add(below + tall + 0.05, strip), laid, ordered)
    _ground(add(below, tall), plot, ordered)
    if rows:
        for at, (one, top) in enumerate(zip(series, tops, strict=True)):
            axes = _counts(add(below + tall - (at + 1) * row, row - NAME), plot, top)
            if rows > 1:
                axes.set_yticks([0, top])
            axes.set_title(_name(plot, one), loc="left", size=TEXT, pad=3)
            strokes.bars(axes, plot.timeline, one)
    else:
        strokes.lines(_counts(add(below, tall), plot, tops[0]), plot.timeline)
    figure.text(
        0.3 / WIDE, (below + tall / 2) / high, plot.caption.up, size=TEXT, rotation=90, ha="center", va="center"
    )
    if keys:
        figure.legend(
            handles=keys,
            loc="upper left",
            bbox_to_anchor=(left, (below - 0.6) / high),
            borderaxespad=0,
            borderpad=0,
            ncols=columns,
            frameon=False,
            handlelength=3.6,
            fontsize=TEXT,
        )
    for at, said in enumerate(foot):
        place = (below - 0.62 - legend - 0.165 * at) / high
        figure.text(left, place, said, size=SMALL, va="top", color="#444444")
    return figure


def _legend(plot: Plot, *, lines: bool) -> tuple[list[Line2D | Patch], int]:
    """Give the keys of the legend, and in how many columns they stand."""
    keys: list[Line2D | Patch] = []
    if lines:
        keys.extend(strokes.handles([_name(plot, one) for one in plot.timeline.series]))
    if plot.down:
        keys.append(Patch(facecolor="none", edgecolor=HATCH, hatch="////", linewidth=0, label="not known: no crawl"))
    widest = max((_width(str(key.get_label()), TEXT) for key in keys), default=0) + 60
    return keys, max(1, min(len(keys), int(ROOM / widest)))


def _name(plot: Plot, one: Series) -> str:
    """Give what a series is called; by its key, too, where the font lacks signs of its name."""
    said = label(plot.timeline, one)
    return _drawable(said) if _drawable(said) == said or one.key is None else _drawable(f"{said} [{short(one.key)}]")


def _ground(axes: Axes, plot: Plot, ordered: Sequence[Phase]) -> None:
    """Draw what lies below all counts: the days, the phases as shades, and the days of which nothing is known."""
    axes.set_xlim(plot.begin.toordinal(), plot.end.toordinal() + 1)
    axes.set_ylim(0, 1)
    point = ((plot.end - plot.begin).days + 1) / ROOM
    for start, end, phase in foremost(ordered, plot.begin, plot.end):
        # What is thinner than a point would vanish: a day of voting among two years.
        wide = max((end - start).days + 1, point)
        axes.axvspan(start.toordinal(), start.toordinal() + wide, color=_shade(phase, ordered), alpha=0.45, linewidth=0)
    for start, end in plot.down:
        place, wide = (start.toordinal(), 0), (end - start).days + 1
        axes.add_patch(Rectangle(place, wide, 1, facecolor="none", edgecolor=HATCH, hatch="////", linewidth=0))
    marks = ticks(plot.begin, plot.end)
    # A point that counts a day stands at its noon, and so does the day's name.
    noon = 0.5 if plot.timeline.per is Per.DAY else 0
    axes.set_xticks([day.toordinal() + noon for day, _ in marks], [said for _, said in marks])
    axes.set_yticks([])
    axes.set_xlabel(plot.caption.along)
    axes.spines[:].set_visible(False)


def _counts(axes: Axes, plot: Plot, top: int) -> Axes:
    """Give axes on the ground their scale."""
    axes.set_facecolor("none")
    axes.set_xlim(plot.begin.toordinal(), plot.end.toordinal() + 1)
    axes.set_xticks([])
    axes.set_ylim(0, top * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="y", color="#cccccc", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return axes


def ticks(begin: date, end: date) -> list[tuple[date, str]]:
    """Give the days that are named along a plot, at most a dozen: days, Mondays, firsts of months or of years."""
    days = (end - begin).days + 1
    if days <= 7 * TICKS:
        step = 1 if days <= TICKS else 2 if days <= 2 * TICKS else 7
        first = begin + timedelta(days=-begin.weekday() % 7 if step == 7 else 0)
        number = (end - first).days // step + 1
        return [(day, day.isoformat()) for day in (first + timedelta(days=step * at) for at in range(number))]
    months = (end.year - begin.year) * 12 + end.month - begin.month + 1
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12000) if months / step <= TICKS)
    month = begin.year * 12 + begin.month - 1 + (begin.day > 1)
    wanted = range(month + -month % step, end.year * 12 + end.month, step)
    found = [date(month // 12, month % 12 + 1, 1) for month in wanted]
    return [(day, f"{day.year:04}" if step >= 12 else day.isoformat()[:7]) for day in found]


def _shade(phase: Phase, ordered: Sequence[Phase]) -> str:
    ranks = sorted({one.rank for one in ordered})
    return SHADES[ranks.index(phase.rank) * len(SHADES) // len(ranks)]


def _strip(axes: Axes, laid: Sequence[Band], ordered: Sequence[Phase]) -> None:
    """Draw the phases in their lanes."""
    axes.set_axis_off()
    axes.set_xlim(0, ROOM)
    axes.set_ylim(max(band.lane for band in laid) + 1, 0)
    for band in laid:
        place, wide = (band.left, band.lane + 0.06), band.right - band.left
        shade = _shade(band.phase, ordered)
        axes.add_patch(Rectangle(place, wide, 0.88, facecolor=shade, edgecolor="#5b6f8c", linewidth=0.4, clip_on=False))
        axes.text(band.text_left, band.lane + 0.5, band.text, size=SMALL, va="center_baseline", color="#111111")


def _wrapped(said: str, size: float) -> list[str]:
    """Give a text in lines that fit the picture."""
    lines: list[str] = []
    for word in _drawable(said).split():
        if lines and _width(f"{lines[-1]} {word}", size) <= ROOM:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@cache
def _width(said: str, size: float) -> float:
    """Give how many points wide a text is drawn."""
    font = FontProperties(family=FONT, size=size)
    wide, _, _ = text_to_path.get_text_width_height_descent(said, font, ismath=False)
    return float(wide)


@cache
def _drawable(said: str) -> str:
    """Give a text with U+FFFD for what the font has no sign for, such as emoji."""
    font = get_font(findfont(FontProperties(family=FONT)))
    return "".join(sign if font.get_char_index(ord(sign)) else "\ufffd" for sign in said)
