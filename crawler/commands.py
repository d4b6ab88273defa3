"""The commands that crawl, and those about outlets and settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.commands import Day
from archive.databasecommands import db
from archive.output import MisuseError, format_option, write_rows
from archive.text import for_terminal
from crawler.errands.commands import check, probe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from crawler.cli import App
    from crawler.config import OutletSettings
    from crawler.goldens import Kept
    from crawler.report import Report
    from crawler.runner import Scope

REPORT_COLUMNS = ("outlet", "status", "new", "revised", "unchanged", "rejected", "failed", "left", "requests")

__all__ = ["config", "crawl", "db", "init", "outlets"]


def within_reach(day: "date | None") -> "date | None":
    """Give a bound of a backfill as one beside which there are other days: 9999-12-31 has no morrow."""
    from datetime import date

    return day and min(max(day, date(1900, 1, 1)), date(2200, 1, 1))


@click.command()
@click.argument("outlets", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Crawl all enabled outlets.")
@click.option("--since", type=Day(), help="Backfill: stories of this day and later; 2024-09-01, 30d.")
@click.option("--until", type=Day(), help="Backfill: stories of this day and earlier.")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after so many new articles an outlet.")
@click.option("--recheck", is_flag=True, help="Visit held articles that are due, or of some days, and nothing else.")
@click.option("--base-url", help="Crawl the outlet at another address: a mirror, a test site.")
@click.option("--dry-run", is_flag=True, help="Send nothing: say what is due, and whether the outlet may be asked now.")
@format_option
@click.pass_obj
def crawl(
    app: "App",
    outlets: "Sequence[str]",
    *,
    everything: bool,
    since: "date | None",
    until: "date | None",
    limit: int | None,
    recheck: bool,
    base_url: str | None,
    dry_run: bool,
    output: str,
) -> int:
    """Crawl outlets once, now, and print one report an outlet.

    The first crawl of an outlet takes all that it lists, newest first; later ones take what is new. With --since or
    --until only the stories of those days are taken, newest first. A crawl that is stopped keeps what it has fetched
    and goes on the next time.

    A crawl ends with the visits to held articles that are due. --recheck makes those alone; with --since or --until it
    visits all held articles of those days. The budget of the settings holds for all of them.
    """
    from crawler.runner import Scope

    if since and until and since > until:
        raise MisuseError(f"--since {since} is later than --until {until}")
    since, until = within_reach(since), within_reach(until)
    from scheduler.processes import on_stop

    if recheck and limit is not None:
        raise MisuseError("--limit counts new articles, and --recheck finds none")
    slugs = chosen(app, outlets, everything=everything)
    if base_url is not None and len(slugs) != 1:
        raise MisuseError("--base-url goes with one outlet")
    scope = Scope(base_url=base_url, limit=limit, since=since, until=until, recheck=recheck)
    if dry_run:
        return _foretold(app, slugs, scope, output)
    runner = app.runner
    try:
        with on_stop(runner.interrupt):
            reports, errors = runner.crawl_all(slugs, scope=scope)
    finally:
        app.progress.clear()
    write_rows([_row(report, output) for report in reports], output, REPORT_COLUMNS)
    for report in reports:
        if report.detail:
            click.echo(for_terminal(f"{report.outlet}: {report.detail}"), err=True)
    if errors:
        for error in errors[1:]:
            click.echo(for_terminal(f"pilkada: {error}"), err=True)
        raise errors[0]
    app.archive().catch_up()
    if base_url is None:  # how a mirror does says nothing of the outlet
        app.watch.after([report.outlet for report in reports])
    return exit_status([report.status.value for report in reports])


def _foretold(app: "App", slugs: "Sequence[str]", scope: "Scope", output: str) -> int:
    from crawler import dryrun
    from crawler.clock import now

    rows = dryrun.rows(app.loaded, app.database_to_read(), slugs, scope, now=now())
    write_rows(rows, output, dryrun.COLUMNS)
    if output == "table":
        click.echo(dryrun.BESIDE, err=True)
    return 0


def chosen(app: "App", outlets: "Sequence[str]", *, everything: bool) -> list[str]:
    """Give the outlets that are meant: those named, or all that are enabled.

    Raises:
        MisuseError: none or an unknown one is.
    """
    declared = app.loaded.settings.outlets
    if everything and outlets:
        raise MisuseError("name outlets or say --all, not both")
    if not everything and not outlets:
        raise MisuseError(f"name an outlet or say --all; {known(declared)}")
    for slug in outlets:
        if slug not in declared:
            raise MisuseError(f"there is no outlet {slug}; {known(declared)}")
    meant = list(dict.fromkeys(outlets)) if outlets else list(app.outlets)
    if not meant:
        file = app.home.settings_file
        raise MisuseError(
            f"no outlet is enabled: name one in {file} as [outlets.NAME], `pilkada init` helps; {known(declared)}"
        )
    return meant


def known(declared: "Any") -> str:
    """Say which outlets there are."""
    return f"known are {', '.join(declared)}"


def _row(report: "Report", output: str) -> dict[str, Any]:
    from dataclasses import asdict

    row = asdict(report)
    if output == "table":
        row["rejected"] = sum(report.rejected.values())
    return row


def exit_status(statuses: "Sequence[str]") -> int:
    """Give the exit status of some crawls: 4 all were held, 3 one was blocked or failed, else 0."""
    if statuses and all(status == "held" for status in statuses):
        return 4
    return 3 if any(status in ("blocked", "failed") for status in statuses) else 0


@click.group()
def outlets() -> None:
    """What outlets are declared, and what is known of them."""


@outlets.command("list")
@format_option
@click.pass_obj
def list_(app: "App", output: str) -> None:
    """List the outlets that are known; those that ship are crawled once settings name them."""
    write_rows(
        [
            {
                "outlet": slug,
                "name": outlet.name,
                "family": outlet.family,
                "base_url": outlet.base_url,
                "timezone": outlet.timezone,
                "enabled": outlet.enabled,
            }
            for slug, outlet in app.loaded.settings.outlets.items()
        ],
        output,
    )


@outlets.command()
@click.argument("outlet")
@format_option
@click.pass_obj
def show(app: "App", outlet: str, output: str) -> None:
    """Show one outlet: its declaration, what is held of it, its last crawl."""
    import textwrap

    import msgspec

    from archive import articles, runs
    from archive.records import Filters
    from archive.times import utc
    from crawler.outlets import declaration
    from crawler.ownzone import filled

    database = app.database_to_read()
    declared = filled(app.loaded, database).settings.outlets
    if outlet not in declared:
        raise MisuseError(f"there is no outlet {outlet}; {known(declared)}")
    with database.read() as connection:
        held = articles.count(connection, Filters(outlets=(outlet,)))
        last = next(iter(runs.newest(connection, outlets=[outlet], limit=1)), None)
        success = runs.last_success(connection, outlet)
    facts: dict[str, Any] = {
        "outlet": outlet,
        **msgspec.to_builtins(declared[outlet]),
        "schedule": app.schedule.expression(outlet),
        "assumed": list(declaration(outlet, declared[outlet].family).assumed),
        "articles": held,
        "last_run": utc(last.started_at) if last else None,
        "last_outcome": last.status.value if last else None,
        "last_success": utc(success),
    }
    if output == "table":
        assumed = facts.pop("assumed")
        write_rows([{"what": name, "value": value} for name, value in facts.items()], output)
        for line in assumed:
            click.echo(textwrap.fill(f"assumed: {line}", 78, subsequent_indent="         "))
    else:
        write_rows([facts], output)


@outlets.command()
@click.argument("url", metavar="URL|FILE")
@click.option("--case", default="draft", show_default=True, help="What the golden is called: the name of its files.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the outlets' folders [tests/pages where there is one below the current folder, else that].",
)
@click.option("--force", is_flag=True, help="Replace a golden of that name.")
@click.pass_obj
def record(app: "App", url: str, case: str, to: Path | None, *, force: bool) -> int:
    """Make a golden page of an address, for review: CASE.html and a draft of what is expected, CASE.json.

    The page is the newest that the archive holds; where it holds none, just that address is fetched first. FILE is a
    report of `pilkada outlets check`: the page that it holds is taken, also of an outlet that is not declared here.
    """
    from crawler import goldens
    from crawler.ownzone import filled

    declared = app.loaded.settings.outlets
    if not goldens.CASE.fullmatch(case):
        raise MisuseError(f"--case is made of a to z, 0 to 9, _ and -, at most 60, not {case!r}")
    checkout = Path("tests", "pages")
    folder = to or (checkout if checkout.is_dir() else Path())
    if Path(url).is_file():
        from crawler.errands.letter import pages_in

        for named, outlet, page in pages_in(Path(url)):
            _draft(goldens.place(folder, named, outlet, case, force=force), page, named, outlet)
        return 0
    slug = goldens.outlet_at(url, declared) or ""
    if not slug:
        raise MisuseError(f"{url} is no address of a declared outlet, and no file; {known(declared)}")
    place = goldens.place(folder, slug, declared[slug], case, force=force)
    kept, report = _fetched(app, slug, url)
    if kept is None:
        why = (report and (report.detail or ", ".join(report.rejected))) or "it gave no page"
        click.echo(for_terminal(f"pilkada: {url} was not kept: {why}"), err=True)
        return exit_status([report.status.value] if report else []) or 3
    _draft(place, kept, slug, filled(app.loaded, app.database()).settings.outlets[slug])
    if kept.url != url:
        click.echo(for_terminal(f"the page is that of {kept.url}"), err=True)
    return 0


def _fetched(app: "App", slug: str, url: str) -> "tuple[Kept | None, Report | None]":
    """Give the newest page of an address, fetched where none is held, and the report of that."""
    from crawler import goldens
    from crawler.ownzone import filled
    from crawler.runner import Scope
    from scheduler.processes import on_stop

    def newest() -> "Kept | None":
        declared = filled(app.loaded, app.database()).settings.outlets[slug]
        return goldens.newest(app.database(), app.home.warc, slug, declared, url) if declared.timezone else None

    if (kept := newest()) is not None:
        return kept, None
    try:
        with on_stop(app.runner.interrupt):
            report = app.runner.crawl(slug, cause="command", scope=Scope(only=(url,)))
    finally:
        app.progress.clear()
    app.archive().catch_up()
    return newest(), report


def _draft(place: tuple[Path, Path], kept: "Kept", slug: str, outlet: "OutletSettings") -> None:
    from crawler import goldens

    page, expectation = place
    try:
        goldens.write(page, expectation, kept, goldens.draft(kept, slug, outlet))
    except OSError as error:
        raise MisuseError(f"{page.parent} cannot be written: {error.strerror}") from error
    click.echo(f"{page}\n{expectation}")
    click.echo(
        f"now hold {expectation.name} against the page, field by field, say in `what` why it is here, and put your name"
        " into `read_by`: until then its test fails",
        err=True,
    )


outlets.add_command(probe)
outlets.add_command(check)


@click.command()
@format_option
@click.pass_obj
def config(app: "App", output: str) -> None:
    """Print the settings in force and where each value came from; secrets are masked."""
    import msgspec

    def flat(values: dict[str, Any], prefix: str = "") -> "list[tuple[str, Any]]":
        found: list[tuple[str, Any]] = []
        for key, value in values.items():
            name = f"{prefix}{key}"
            found += flat(value, f"{name}.") if isinstance(value, dict) and value else [(name, value)]
        return found

    from crawler.config import election_pack
    from crawler.secrets import masked
    from scheduler.commands import warn_of_zone

    loaded = app.loaded
    election_pack(loaded)  # a setting that names what cannot be used is not in force
    warn_of_zone(app.timetable.settings.timezone)
    rows = [
        {"key": key, "value": masked(key, value), "origin": loaded.origins.get(key, "default")}
        for key, value in flat(msgspec.to_builtins(loaded.settings))
    ]
    write_rows(
        [{"key": "home", "value": str(loaded.home.root), "origin": "--home, $PILKADA_HOME or default"}, *rows],
        output,
        whole="key",
    )


@click.command()
@click.option("--contact", help="E-mail address or page that tells a site who crawls it.")
@click.option("--outlet", help="Short name of the first outlet: one that ships, or a to z, 0 to 9 and -.")
@click.option("--family", help="Its system: wordpress, popojicms or listing.")
@click.option("--url", help="Its address, such as https://example.id")
@click.option("--name", help="Its name as readers know it.")
@click.option("--timezone", help="Its zone: WIB, WITA, WIT, or a name such as Asia/Makassar.")
@click.pass_obj
def init(app: "App", /, **answers: str | None) -> None:
    """Write a first pilkada.toml; what is not given is asked for."""
    from crawler.starter import write_settings

    file = write_settings(app.loaded.home, answers)
    click.echo(f"wrote {file}; next: pilkada --home {app.home.root} crawl --all", err=True)


@db.command()
@click.pass_obj
def rebuild(app: "App") -> int:
    """Make articles, versions and index again from the captures; touches no network."""
    from crawler.rebuild import rebuild_all, undeclared

    archive = app.archive()
    rows = rebuild_all(app.loaded, app.database())
    archive.catch_up()
    for slug in undeclared(app.loaded, app.database()):
        click.echo(f"{slug}: left as it is, since no settings declare it any more", err=True)
    write_rows(rows, "table", empty="nothing was crawled yet, so there is nothing to rebuild")
    return exit_status([row["status"] for row in rows])
