"""The command that counts articles and stories, and plots them over time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.commands import App, filter_options, make_filters
from archive.output import MisuseError, format_option, write_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.coverage import Day
    from archive.records import Filters, TagRole
    from archive.series import Counted, Timeline

BY = ("outlet", "day", "week", "month", "region", "topic", "actor")
PER = ("day", "week", "month")


@click.command()
@filter_options
@click.option("--by", type=click.Choice(BY), help="What to count by; without, all in one line.")
@click.option("--role", type=click.Choice(["main", "mention"]), help="Of regions and topics, those of this role only.")
@click.option("--plot", type=click.Path(path_type=Path), help="FILE.png, .svg or .html: the counts over time, drawn.")
@click.option(
    "--per", type=click.Choice(PER), help="What a point of the plot counts; follows from the days unless told."
)
@format_option
@click.pass_obj
def stats(
    app: App, /, *, by: str | None, role: str | None, plot: Path | None, per: str | None, output: str, **asked: Any
) -> None:
    """Count articles, the stories that they are (a cluster is one), and the articles that were first."""
    if role is not None and by not in ("region", "topic"):
        raise MisuseError("--role goes with --by region or --by topic")
    if plot is not None:
        from archive import plots

        plots.check(plot)
    if per is not None and (plot is None or by in PER):
        raise MisuseError(
            "--per goes with --plot FILE" if plot is None else f"--by {by} says what a point counts: leave --per out"
        )
    from archive import uncovered
    from archive.records import TagRole
    from archive.series import Per
    from archive.statistics import By

    filters = make_filters(app, **asked)
    archive = app.archive()
    archive.look_for_copies()
    key, which = By(by) if by else None, TagRole(role) if role else None
    empty = "no article passes"
    days = archive.covered(filters, datetime.now(UTC)) if key is None or not key.several else []
    if plot is None:
        rows = archive.statistics(filters, key, role=which)
    else:
        counted = archive.over_time(filters, key, per=Per(per) if per else None, role=which)
        rows = counted.rows
        if counted.timeline is not None:
            days = days or archive.covered(filters, datetime.now(UTC))
            _plot(app, counted.timeline, plot, filters, which, days)
        else:
            empty = f"{_why_none(counted, by)}: no plot is written"
            if rows or output != "table":
                click.echo(empty, err=True)
    if key is not None and not key.several:
        rows = uncovered.counted(rows, key, days)
    write_rows(rows, output, empty=empty, whole=by or "")
    if key is not None and key.several and rows:
        (whole,) = archive.statistics(filters)
        said = (
            f"an article counts under each {by} that it names: {whole['articles']} in all, {whole['clusters']} stories"
        )
        click.echo(said, err=True)


def _plot(
    app: App,
    timeline: "Timeline",
    target: Path,
    filters: "Filters",
    role: "TagRole | None",
    days: "Sequence[Day]",
) -> None:
    from archive import plots, uncovered
    from archive.captions import Plot, articles, caption

    election, phases = app.phases(filters.regions)
    today = datetime.now(UTC).astimezone().date()
    down = uncovered.within(uncovered.spans(days), timeline.per, timeline.starts)
    first, last = timeline.starts[0], timeline.per.end(timeline.starts[-1])
    shown = [row for row in days if row.day is not None and first <= row.day <= last]
    lacking = tuple(uncovered.notes(shown, filters))
    said = caption(timeline, filters, role=role, election=election, phases=phases, lacking=lacking, made=today)
    plots.write(Plot(timeline=timeline, caption=said, phases=tuple(phases), down=down), target)
    click.echo(f"{articles(timeline.articles)} per {timeline.per} written to {target}", err=True)


def _why_none(counted: "Counted", by: str | None) -> str:
    if counted.undated:
        return "no article that passes has a date"
    named = {"region": "a region", "topic": "a topic", "actor": "an actor"}.get(by or "")
    return f"no article that passes names {named}" if counted.rows and named else "no article passes"
