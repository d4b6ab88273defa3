"""Which WARC records hold a text: those of its own visits, and those in which it stands beside other stories."""

import gzip
import html
import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from archive.models import Capture, Visit, WarcFile
from archive.orders import LIES
from archive.traces import SAME, SHOWN, Traces
from archive.warc import DamagedRecordError, Place, read_member, response_in


@dataclass(slots=True)
class Holdings:
    """Ids of the captures that hold a text, by what they are."""

    own: set[int] = field(default_factory=set)
    """Pages and records of the article itself, alone in their answer."""
    shared: set[int] = field(default_factory=set)
    """Feeds, lists and answers of an API, with other stories in them."""
    mentions: set[int] = field(default_factory=set)
    """Pages of other stories that print a headline of it, or a piece of its text."""


_ADDRESSES_ALONE = re.compile(r"<(?:urlset|sitemapindex)\b")


def of(
    connection: Connection,
    folder: Path,
    outlet_id: int,
    visit_ids: Collection[int],
    traces: Traces,
    paths: Collection[str],
) -> Holdings:
    """Find the records of an outlet that hold the text of an article, which some visits showed.

    Every record is unpacked and looked through: 1,000 pages of 40 KB take 8 s. The page of another story counts as that
    story's unless it holds the text as a whole: sites list their newest headlines beside every story. A list goes where it
    has any of it, or a link to it: what stands beside the link may be a headline and a lead that are cut short.
    """
    link = _link(paths)
    found = Holdings()
    own, others, shared, told = _visited(connection, visit_ids)
    rows = connection.execute(
        select(Capture.id, Capture.offset, Capture.length, Capture.record_type, WarcFile.name)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(WarcFile.outlet_id == outlet_id, LIES, Capture.record_type.not_in(["warcinfo", "request"]))
        .order_by(WarcFile.id, Capture.offset)
    ).all()
    for row in rows:
        if row.id in own:
            (found.shared if row.id in shared else found.own).add(row.id)
            continue
        text = _text(Place(path=folder / row.name, offset=row.offset, length=row.length))
        held = traces.within(text)
        if row.id in others:
            if held.share >= SAME:
                found.own.add(row.id)
            elif held.headline or held.share > 0:
                found.mentions.add(row.id)
        elif held.headline or held.share >= SHOWN:
            found.shared.add(row.id)
        elif row.id in told:
            if held.share > 0:
                found.mentions.add(row.id)
        elif held.share > 0 or (link.search(_plain(text)) and not _ADDRESSES_ALONE.search(text)):
            found.shared.add(row.id)
    return found


def _link(paths: Collection[str]) -> re.Pattern[str]:
    """Give what finds any of some addresses, with or without the slash at its end; a longer one is another."""
    told = "|".join(re.escape(path.rstrip("/")) for path in paths if path.rstrip("/"))
    return re.compile(rf"(?:{told})/?(?![\w/-])" if told else r"(?!)")


def _plain(text: str) -> str:
    return html.unescape(text.replace("\\/", "/"))


def _visited(connection: Connection, visit_ids: Collection[int]) -> tuple[set[int], set[int], set[int], set[int]]:
    """Give the captures that visits to an article showed, the pages of other stories, and captures of several stories.

    Last those from which any story was read.
    """
    own, others, addresses = set(), set(), dict[int, set[int]]()
    mine = set(visit_ids)
    for row in connection.execute(
        select(Visit.id, Visit.capture_id, Visit.record, Visit.address_id).where(Visit.capture_id.is_not(None))
    ):
        addresses.setdefault(row.capture_id, set()).add(row.address_id)
        if row.id in mine:
            own.add(row.capture_id)
        elif row.record is None:
            others.add(row.capture_id)
    several = {capture_id for capture_id, there in addresses.items() if len(there) > 1}
    return own, others - own, several, set(addresses)


def _text(place: Place) -> str:
    try:
        return unpacked(read_member(place))
    except DamagedRecordError:
        return ""


def unpacked(member: bytes) -> str:
    """Give what a record holds, unpacked as far as it can be; of one that is damaged whatever there is."""
    try:
        return response_in(member).body.decode("utf-8", "replace")
    except DamagedRecordError:
        pass
    try:
        return gzip.decompress(member).decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error):
        return member.decode("utf-8", "replace")
