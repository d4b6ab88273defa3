"""The command that takes an article down, and what is printed of one that is."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import click

from archive.output import MisuseError

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.takedown import Done


class App(Protocol):
    """What the command line hands to this command as `ctx.obj`."""

    def archive(self) -> "Archive":
        """Give the archive."""

    def hold(self, outlet: str) -> AbstractContextManager[Any]:
        """Give the lock of an outlet."""


@click.command()
@click.argument("name", metavar="ID|URL")
@click.option("--reason", required=True, help="Why, in a line that may be read by anyone: it stays in the tombstone.")
@click.option("--text", is_flag=True, help="Drop its text too, from database and index.")
@click.option(
    "--bytes", "bytes_", is_flag=True, help="Drop its text, and the records that hold it from the WARC files."
)
@click.option(
    "--keep-mentions", is_flag=True, help="With --bytes: not the pages of other stories that print its headline."
)
@click.option("--and-copies", is_flag=True, help="Delete the copies of the database that upgrades left beside it.")
@click.option("--lift", is_flag=True, help="Undo an order that was wrong, as long as the bytes are there.")
@click.option("--dry-run", is_flag=True, help="Say what it would take, and change nothing.")
@click.pass_obj
def takedown(
    app: App,
    name: str,
    *,
    reason: str,
    text: bool,
    bytes_: bool,
    keep_mentions: bool,
    and_copies: bool,
    lift: bool,
    dry_run: bool,
) -> int:
    """Take an article down: hidden, without its text, or without its bytes. A tombstone with digests stays."""
    from archive import takedown as orders
    from archive.records import Level

    reason = " ".join(reason.split())
    if not reason:
        raise MisuseError("--reason: say why; it stays in the tombstone")
    if lift and (text or bytes_ or keep_mentions or and_copies or dry_run):
        raise MisuseError("--lift undoes an order and stands alone with --reason")
    if keep_mentions and not bytes_:
        raise MisuseError("--keep-mentions goes with --bytes")
    if and_copies and not (text or bytes_):
        raise MisuseError("--and-copies goes with --text or --bytes")
    archive, now = app.archive(), datetime.now(UTC)
    if lift:
        uid = orders.lift(archive, name, reason=reason, hold=app.hold, now=now)
        click.echo(f"{uid}: the order is lifted; the next crawl of its outlet, or `pilkada db rebuild`, reads it again")
        return 0
    level = Level.BYTES if bytes_ else Level.TEXT if text else Level.HIDDEN
    if dry_run:
        done = orders.plan(archive, name, level=level, mentions=not keep_mentions)
    else:
        done = orders.take_down(
            archive,
            name,
            reason=reason,
            level=level,
            hold=app.hold,
            now=now,
            mentions=not keep_mentions,
            and_copies=and_copies,
        )
    for line in _told(done, dry_run=dry_run, and_copies=and_copies):
        click.echo(line)
    return 3 if done.copies and not dry_run else 0


def _told(done: "Done", *, dry_run: bool, and_copies: bool) -> list[str]:
    """Say what an order took or would take, and where the text still is."""
    from archive.orders import ORDER
    from archive.records import Level

    def number(count: int, one: str, several: str) -> str:
        return f"{count} {one if count == 1 else several}"

    level = max(done.level, done.before, key=ORDER.index)
    if done.before is not Level.LIFTED and level is done.before:
        lines = [
            f"{done.uid} of {done.outlet} is taken down already ({_WHAT[done.before]}); what was left to do is done"
        ]
    else:
        would = "would be taken down" if dry_run else "is taken down"
        lines = [f"{done.uid} of {done.outlet} {would}: {_WHAT[level]}"]
    texts = f"the text of {number(done.versions, 'version', 'versions')}"
    gone = f"{texts} {'would go from' if dry_run else 'is out of'} database and index"
    left = {
        Level.HIDDEN: f"{texts} can be had again with --lift; the records lie in the WARC files",
        Level.TEXT: f"{gone}; the records lie in the WARC files",
        Level.BYTES: gone,
    }
    lines.append(left[level])
    if level is Level.BYTES:
        shared = len(done.holdings.shared)
        held = f"{number(len(done.holdings.own), 'record', 'records')} of its own, {shared} with other stories in them"
        lines.append(f"records {'to remove' if dry_run else 'removed'} from WARC files: {held}")
        if going := len(done.holdings.mentions) - done.mentions:
            print_it = number(going, "page of another story that prints", "pages of other stories that print")
            lines.append(f"and {print_it} its headline or a piece of it: --keep-mentions spares them")
        if done.kept:
            lines.append(f"{number(done.kept, 'look', 'looks')} at other stories in them: what was read is kept")
        if done.mentions:
            pages = number(done.mentions, "page of another story prints", "pages of other stories print")
            lines.append(f"{pages} its headline or a piece of it, and stay")
    lines += [f"removed: {name}" for name in done.remains]
    if done.copies and not (dry_run and and_copies):
        lines.append(
            f"still held by {number(len(done.copies), 'copy', 'copies')} that upgrades made: --and-copies deletes"
        )
    lines += [f"  {copy}" for copy in done.copies]
    return lines


_WHAT = {"hidden": "hidden", "text": "hidden, without its text", "bytes": "hidden, without its text and its bytes"}


def print_tombstone(tombstone: dict[str, Any]) -> None:
    """Print what is left of an article."""
    from archive.text import for_terminal

    rows = [
        ("taken down", f"{tombstone['ordered_at']}: {_WHAT[tombstone['level']]}"),
        ("reason", tombstone["reason"]),
        ("uid", tombstone["uid"]),
        ("outlet", f"{tombstone['outlet_name']} ({tombstone['outlet']})"),
        ("address", tombstone["canonical_url"]),
        ("published", tombstone["published_date"] or "unknown"),
        ("done", tombstone["done_at"] or "not to its end: give the command once more"),
        *(("text", f"sha256 {text['text_sha256']}") for text in tombstone["texts"]),
        *(
            ("capture", f"sha256 {capture['sha256']}{', removed' if capture['removed'] else ''}")
            for capture in tombstone["captures"]
        ),
    ]
    for name, said in rows:
        click.echo(f"{name:<12}{for_terminal(said)}")
