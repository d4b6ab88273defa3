"""Series as strokes on a plot: few as lines over one another, many as rows of bars, which can still be told apart."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from archive.series import Series, Timeline

FEW, CLOSE = 4, 62
"""Series, and points of each, whose lines can be followed over one another; of two years by week even three could not."""
BARS = 200
"""Bars that have a gap between; where there are more it would take their colour."""

Style = tuple[str, tuple[float, tuple[float, ...]], str]
STYLES: tuple[Style, ...] = (
    ("#0072B2", (0, ()), "o"),
    ("#D55E00", (0, (5, 2)), "s"),
    ("#009E73", (0, (6, 2, 1, 2)), "^"),
    ("#000000", (0, (1.5, 1.5)), "D"),
)
"""Colours that people with any colour vision tell apart (Okabe and Ito), each with a stroke and a marker of its own for
whoever prints them grey."""
GREY = "#707070"
"""Of bars that stand for all others."""


def overlaid(line: Timeline) -> bool:
    """Whether series are drawn as lines, and not as bars in rows."""
    return 1 < len(line.series) <= FEW and len(line.starts) <= CLOSE


def handles(labels: Sequence[str]) -> list[Line2D]:
    """Give what stands in the legend of lines."""
    return [
        Line2D([], [], color=colour, linestyle=stroke, marker=marker, markersize=5, linewidth=1.5, label=label)
        for (colour, stroke, marker), label in zip(STYLES, labels, strict=False)
    ]


def lines(axes: Axes, line: Timeline) -> None:
    """Draw all series as lines, each point in the middle of its days."""
    axes.axhline(0, color="#000000", linewidth=0.8)
    middles = [(start.toordinal() + line.per.end(start).toordinal() + 1) / 2 for start in line.starts]
    for at, (one, (colour, stroke, marker)) in enumerate(zip(line.series, STYLES, strict=False)):
        axes.plot(
            middles,
            [math.nan if number is None else number for number in one.counts],
            color=colour,
            linestyle=stroke,
            linewidth=1.5,
            marker=marker,
            markersize=4.5,
            markeredgewidth=0,
            clip_on=False,
            # What has most articles goes below the others, of which it would hide more.
            zorder=4 + at,
        )


def bars(axes: Axes, line: Timeline, one: Series) -> None:
    """Draw a series as bars as wide as their days, on a ground that says how long it is known."""
    colour = GREY if one.key is None and line.by else STYLES[0][0]
    known = [(start, number) for start, number in zip(line.starts, one.counts, strict=True) if number is not None]
    if not known:
        return
    starts = [start.toordinal() for start, _ in known]
    edges = [*starts, line.per.end(known[-1][0]).toordinal() + 1]
    counts = [number for _, number in known]
    axes.stairs(counts, edges, fill=True, color=colour, linewidth=0.5, zorder=3)
    if len(counts) <= BARS:
        axes.vlines(starts, 0, counts, colors="white", linewidth=0.5, zorder=3)
    axes.hlines(0, edges[0], edges[-1], colors=colour, linewidth=1.4, clip_on=False, zorder=4)
