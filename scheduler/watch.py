"""Judges outlets after their crawls, and writes down what changed."""

import logging
from collections.abc import Iterable
from datetime import datetime

from archive import healthchanges, runs, signs
from archive.database import Database
from archive.healthchanges import Change
from archive.records import Health
from scheduler import notices
from scheduler.health import Finding, judge

LOGGER = logging.getLogger(__name__)


def look(database: Database, outlets: Iterable[str], *, now: datetime) -> list[str]:
    """Judge some outlets by what the archive knows of them; give those whose state or cause is another than before.

    Whoever else judged them meanwhile goes before: what is written is compared with what stands there then.
    """
    changed = []
    for outlet in outlets:
        with database.read() as connection:
            found = signs.of(connection, outlet, now)
            standing = healthchanges.of(connection, outlet)
        finding = judge(found, standing) if found is not None else None
        if finding is None or not _is_news(finding, standing):
            continue
        with database.write() as connection:
            if not _is_news(finding, healthchanges.of(connection, outlet)):
                continue
            healthchanges.append(
                connection,
                outlet,
                state=finding.state,
                cause=finding.cause,
                detail=finding.detail,
                example=finding.example,
                since=finding.since,
                now=now,
            )
            change = healthchanges.of(connection, outlet)
        assert change is not None
        LOGGER.warning("%s", notices.line(change))
        changed.append(outlet)
    return changed


def look_at_all(database: Database, *, now: datetime) -> list[str]:
    """Judge every outlet that was ever crawled."""
    with database.read() as connection:
        slugs = runs.outlet_slugs(connection)
    return look(database, slugs, now=now)


def _is_news(finding: Finding, standing: Change | None) -> bool:
    """Say whether a finding is another than what stands; that an outlet is well is no news of one that was never unwell."""
    if standing is None:
        return finding.state is not Health.OK
    return (finding.state, finding.cause) != (standing.state, standing.cause)
