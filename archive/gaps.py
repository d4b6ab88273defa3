"""Days that fall short, those of one cause that follow each other as one, each with what helps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from archive.coverage import GAPS, Day, Verdict
from archive.troubles import Trouble

ONE = timedelta(days=1)
BECAUSE = {
    Trouble.ROBOTS: "robots.txt shut us out",
    Trouble.CHALLENGE: "a shield asked for a browser",
    Trouble.REFUSED: "the site refused us",
    Trouble.ASKED: "the site asked us to wait",
    Trouble.WAITING: "the site asked us to wait",
    Trouble.DOWN: "the site was down",
    Trouble.SOURCES: "the site's lists were not what they were",
    Trouble.OURS: "our own side failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days that fall short for one cause; `days` is their number, 0 for stories without a day."""

    outlet: str
    first: date | None
    last: date | None
    days: int
    verdict: Verdict
    missing: int
    cause: str
    example: str | None
    command: str
    """What helps; the first of them where several do."""
    repairable: bool
    """Whether `coverage repair` asks the site for these days."""


def gaps(rows: Iterable[Day]) -> list[Gap]:
    """Give the gaps of days that are in order, outlet by outlet."""
    found: list[Gap] = []
    for row in rows:
        if row.verdict not in GAPS:
            continue
        cause, command, repairable = _told(row)
        before = found[-1] if found else None
        if (
            before is not None
            and row.day is not None
            and before.last == row.day - ONE
            and (before.outlet, before.verdict, before.cause) == (row.outlet, row.verdict, cause)
        ):
            found.pop()
            first, number, missing = before.first, before.days + 1, before.missing + row.missing
            example = before.example or row.example
        else:
            first, number, missing, example = row.day, int(row.day is not None), row.missing, row.example
        found.append(
            Gap(
                outlet=row.outlet,
                first=first,
                last=row.day,
                days=number,
                verdict=row.verdict,
                missing=missing,
                cause=cause,
                example=example,
                command=command,
                repairable=repairable,
            )
        )
    return found


def _told(row: Day) -> tuple[str, str, bool]:
    """Say why a day falls short, what helps, and whether asking the site again does."""
    repair, check = f"pilkada coverage repair --outlet {row.outlet}", f"pilkada outlets check {row.outlet}"
    if row.verdict is Verdict.UNSEEN:
        return "its lists were never read back to here", repair, True
    if row.verdict is Verdict.DOWN:
        return _outage(row), f"pilkada crawl {row.outlet}", True
    if row.verdict is Verdict.THIN:
        return "far fewer stories than is usual for the weekday", check, True
    if row.day is None:
        return "stories of which nobody said when they were published", f"pilkada crawl {row.outlet}", False
    if row.blocked:
        return "we were kept from pages: robots.txt, a shield or a refusal", check, True
    if row.failed:
        return "pages could not be fetched", repair, True
    if row.unreadable == row.missing:
        return "pages are kept and no text was found in them", f"pilkada reextract --outlet {row.outlet}", False
    if row.uncounted:
        return "the site counts more stories than it names", repair, True
    return "listed, and not fetched yet", repair, True


def _outage(row: Day) -> str:
    if row.outage is None:
        return "no crawl has succeeded since"
    run = row.outage.run
    if run is None:
        return "no crawl was run: was the daemon down?"
    try:
        return BECAUSE[Trouble(run.trouble or "")]
    except ValueError:
        return (run.detail or f"crawls ended {run.status}")[:80]
