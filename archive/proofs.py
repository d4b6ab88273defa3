"""A part of an outlet's captures proved each day, so that all of them are within a month without a day's work for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from archive.database import Database
from archive.models import Capture, WarcFile
from archive.orders import LIES
from archive.verify import check_record
from archive.warc import Place

ROUND = 30
"""Days after which each capture was proved: a tenth of a second for thirty records of a story page's size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """How many records were looked at, and where which of them are damaged."""

    records: int
    damaged: list[str]


def prove(database: Database, folder: Path, outlet_id: int, *, day: date, go_on: Callable[[], bool]) -> Proved:
    """Hold the records of an outlet whose turn a day is against their digests, until `go_on` says no.

    Which those are follows from their ids and the day alone: nothing is remembered, and a day that is left out is made
    up for a month later.
    """
    with database.read() as connection:
        rows = connection.execute(
            select(WarcFile.name, Capture.record_id, Capture.offset, Capture.length, Capture.sha256)
            .join(WarcFile, WarcFile.id == Capture.warc_file_id)
            .where(WarcFile.outlet_id == outlet_id, Capture.id % ROUND == day.toordinal() % ROUND, LIES)
            .order_by(WarcFile.id, Capture.offset)
        ).all()
    records, damaged = 0, []
    for row in rows:
        if not go_on():
            break
        records += 1
        place = Place(path=folder / row.name, offset=row.offset, length=row.length)
        if why := check_record(place, row.sha256, row.record_id):
            damaged.append(f"{row.name}@{row.offset}: {why}")
    return Proved(records=records, damaged=damaged)
