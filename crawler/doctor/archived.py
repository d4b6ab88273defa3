"""Checks of the archive: its database, what dead processes left in it, and the index."""

from collections.abc import Iterator, Mapping

from crawler.doctor.finding import Finding, Patient, bad, ok, warn

SHOWN = 3
"""Files that are named in a line."""


def database(patient: Patient) -> Iterator[Finding]:
    """Whether the database can be read, and by this version."""
    from archive.condition import schema_trouble
    from archive.errors import ArchiveError

    try:
        name, revision = patient.database.name, patient.revision
        unfit = patient.database.unfit()
    except ArchiveError as error:
        yield bad(
            str(error), "look at archive.url, at the server or the disk; `pilkada db restore` brings a backup back"
        )
        return
    if unfit:
        yield bad(unfit, "see PostgreSQL in the README")
    elif trouble := schema_trouble(revision):
        yield bad(f"{name} has {trouble[0]}", trouble[1])
    elif revision is None:
        yield ok(f"{name} is not there yet: the first crawl makes it")
    else:
        yield ok(f"{name} has schema {revision}; `pilkada db check` and `pilkada verify` look at every row and byte")


def runs(patient: Patient) -> Iterator[Finding]:
    """Runs that dead processes left open, and pages that were not read."""
    from scheduler.lock import outlet_lock

    if (found := patient.condition) is None:
        return

    def idle(counts: Mapping[str, int]) -> dict[str, int]:
        return {slug: number for slug, number in counts.items() if not outlet_lock(patient.home.locks, slug).held()}

    left, unread = idle(found.open_runs), idle(found.unread)
    if left:
        yield warn(f"crawls that were killed: {_listed(left)}", f"pilkada crawl {' '.join(left)}")
    if unread:
        yield warn(f"pages that wait to be read: {_listed(unread)}", f"pilkada crawl {' '.join(unread)}")
    if not left and not unread:
        yield ok("no crawl was left open, no page unread")


def captures(patient: Patient) -> Iterator[Finding]:
    """Whether the WARC files are there, as long as they should be; `verify` looks at their bytes."""
    from archive.condition import lost_files

    if patient.condition is None:
        return
    if lost := lost_files(patient.database, patient.home.warc):
        shown = ", ".join(lost[:SHOWN]) + (f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else "")
        yield bad(
            f"WARC files are gone or cut: {shown}", "put them back from a backup; `pilkada verify` names each record"
        )
    else:
        yield ok("all WARC files are there")


def index(patient: Patient) -> Iterator[Finding]:
    """Whether the index can be trusted, and how far it follows."""
    from archive import indexfolder

    folder = patient.home.index
    if patient.condition is None:
        return
    sequence = patient.condition.sequence
    if indexfolder.identity(folder) is None:
        yield ok(f"there is none yet; the next search makes it of {sequence} changes")
        return
    try:
        trouble = indexfolder.trouble(folder)
    except OSError as error:
        yield bad(f"{folder} cannot be read: {error.strerror}", "give it to the user that searches")
        return
    behind = sequence - indexfolder.applied(folder)
    if trouble:
        yield warn(f"{folder}: {trouble}", "the next search makes it again")
    elif behind < 0:
        yield warn(
            f"{folder} knows {-behind} changes that the database does not", f"delete {folder}: a search makes it"
        )
    elif behind > 0:
        yield ok(f"{behind} changes behind; the next search takes them in")
    else:
        yield ok("up to date")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} of {slug}" for slug, number in counts.items())
