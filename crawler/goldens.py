"""Golden pages: a page as it was fetched, and beside it what a person expects of it.

`<outlet>/<case>.html` holds the page's bytes, `<outlet>/<case>.json` where and when they were fetched, what feeds and
lists told of the story, and under `expected` each field of its reading, or the reason of its rejection; of a list, its
stories. An outlet that does not ship goes by its family's name, and is described under `site`. A draft holds what today's reader makes of the page, and `read_by` is empty until a person has compared the two:
a golden that the code wrote proves only that nothing changed.
"""

import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from archive import frontier, visits
from archive.database import Database
from archive.output import MisuseError
from archive.records import Reading, Rejection, Trust
from archive.warc import HttpMessage, read_response
from crawler.addresses import below, canonical, whole
from crawler.config import OutletSettings
from crawler.declaration import Declaration, Listing
from crawler.discovery import Ask, Listings, Reply
from crawler.guard import Boundary
from crawler.materials import told_by
from crawler.outlets import declaration, shipped
from crawler.reading import Material, Page, Site, Told, read
from crawler.reading.dates import moment

NOT_EXPECTED = frozenset({"extractor", "parts", "election", "phase", "codebook"})
"""What a golden does not tell of a reading: who made it, where the story's other pages stand, what our data decide."""
TAGS = {"regions": ("code", "role"), "topics": ("name", "role", "modality"), "actors": ("id",)}
"""What a golden tells only where a person wrote it down, and how much of each: what it is and as what, not where."""
CASE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
"""What a case may be called; it becomes a file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A page that the archive holds, and what feeds and lists told of its story."""

    url: str
    at: datetime
    message: HttpMessage
    told: Told


def outlet_at(url: str, outlets: Mapping[str, OutletSettings]) -> str | None:
    """The outlet whose address it is; of several at one host, the one whose base address says most of it."""
    own = [
        (len(urlsplit(outlet.base_url).path.rstrip("/")), slug)
        for slug, outlet in outlets.items()
        if Boundary((outlet.base_url,)).admits(url)
        and (urlsplit(url).path + "/").startswith(urlsplit(outlet.base_url).path.rstrip("/") + "/")
    ]
    return max(own)[1] if own else None


def declared_as(slug: str, outlet: OutletSettings) -> type[Declaration]:
    """What the outlet is crawled and read by."""
    return declaration(slug, outlet.family, starts=tuple(outlet.lists), article=outlet.stories)


def newest(database: Database, folder: Path, slug: str, outlet: OutletSettings, url: str) -> Kept | None:
    """The newest page of an address in the archive, in another form of the address if need be; None if none is held.

    Raises:
        DamagedRecordError: its bytes are not those that were kept.
    """
    form = canonical(url, outlet.base_url, declared_as(slug, outlet).form)
    with database.read() as connection:
        forms = [one for one in (form, whole(form or "")) if one is not None]
        held = next(filter(None, (visits.newest_page(connection, slug, one, url) for one in forms)), None)
        if held is None:
            return None
        (place,) = visits.capture_places(connection, folder, [held.capture_id]).values()
        hints = frontier.hints(connection, held.address_id)
    return Kept(url=held.url, at=held.at, message=read_response(*place), told=told_by(hints, ZoneInfo(outlet.timezone)))


def draft(kept: Kept, slug: str, outlet: OutletSettings) -> dict[str, Any]:
    """A golden of a page with what the reader makes of it, for a person to check."""
    declared = declared_as(slug, outlet)
    path = below(kept.url, outlet.base_url) or kept.url
    given: dict[str, Any] = {
        "what": "",
        "read_by": "",
        "kind": "listing" if declared.listing is not None and is_list(declared.listing, path) else "article",
        "url": kept.url,
        "status": kept.message.status,
        "content_type": kept.message.content_type,
        "fetched_at": kept.at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    if slug not in shipped():
        given["site"] = {"name": outlet.name, "base_url": outlet.base_url, "timezone": outlet.timezone}
    if published := kept.told.published:
        given["told"] = {"published": as_json(published.at or published.day), "source": published.source.value}
    if kept.told.section:
        given.setdefault("told", {})["section"] = kept.told.section
    site = Site(slug=slug, name=outlet.name, base_url=outlet.base_url, timezone=outlet.timezone, rules=declared.rules)
    return {**given, "expected": found(given, site, declared.listing, kept.message.body)}


def is_list(listing: Listing, path: str) -> bool:
    """Whether a path below the outlet's base address is that of a list, or of a further page of one."""
    if re.fullmatch(listing.article, path):
        return False
    starts = (start.rstrip("/") for start in listing.starts)
    return any(f"{path}/".startswith(f"{start}/") for start in starts) or bool(
        listing.sections and re.fullmatch(listing.sections, path)
    )


def found(
    given: Mapping[str, Any], site: Site, listing: Listing | None, body: bytes, further: Sequence[bytes] = ()
) -> dict[str, Any]:
    """What the reader makes of a golden's page, in the shape of `expected`; `further` are the story's other pages."""
    if given["kind"] == "listing":
        assert listing is not None, f"{site.slug} has no lists"
        return _stories(given, site, listing, body)
    url, told = given["url"], given.get("told", {})
    said = moment(told["published"], ZoneInfo(site.timezone), Trust(told["source"])) if "published" in told else None
    first, *rest = (
        Page(url=at, body=page, status=given["status"], content_type=given["content_type"])
        for at, page in zip(
            [url, *(urljoin(url, f"{n + 2}/") for n in range(len(further)))], [body, *further], strict=True
        )
    )
    result = read(
        Material(
            site=site,
            url=url,
            fetched_at=fetched(given),
            page=first,
            further=tuple(rest),
            told=Told(published=said, section=told.get("section")),
        )
    )
    return shown(result, given.get("expected", ()))


def shown(result: Reading | Rejection, expected: Container[str] = ()) -> dict[str, Any]:
    """A reading's fields as a golden has them, tags only where they are expected, or the reason of a rejection."""
    if isinstance(result, Rejection):
        return {"rejected": result.reason.value}
    fields = {name: as_json(value) for name, value in asdict(result).items() if name not in NOT_EXPECTED}
    for name, parts in TAGS.items():
        tags = fields.pop(name)
        if name in expected:
            fields[name] = [{part: one[part] for part in parts} for one in tags]
    return fields


def _stories(given: Mapping[str, Any], site: Site, listing: Listing, body: bytes) -> dict[str, Any]:
    source = Listings(site.base_url, listing, site.timezone, {}, now=fetched(given))
    headers = {"content-type": given["content_type"] or ""}
    answer = source.read(
        Ask(url=given["url"], window=below(given["url"], site.base_url) or "/"),
        Reply(url=given["url"], status=given["status"], headers=headers, body=body, at=fetched(given)),
    )
    names = ("url", "title", "published", "section")
    return {
        "stories": [{name: getattr(story, name) for name in names} for story in answer.stories],
        "more": answer.more,
    }


def fetched(given: Mapping[str, Any]) -> datetime:
    """When a golden's page was fetched."""
    return datetime.fromisoformat(given["fetched_at"]).astimezone(UTC)


def as_json(value: Any) -> Any:
    """A reading's value as JSON has it: dates in ISO 8601, lists for tuples."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: as_json(one) for name, one in value.items()}
    return [as_json(one) for one in value] if isinstance(value, list | tuple) else value


def files(folder: Path, slug: str, outlet: OutletSettings, case: str) -> tuple[Path, Path]:
    """Where a golden's page and its expectation lie: with the outlet if it ships, else with its family."""
    own = folder / (slug if slug in shipped() else outlet.family)
    return own / f"{case}.html", own / f"{case}.json"


def place(folder: Path, slug: str, outlet: OutletSettings, case: str, *, force: bool) -> tuple[Path, Path]:
    """Where a golden will lie.

    Raises:
        MisuseError: there is one, and it is not to be replaced.
    """
    found = files(folder, slug, outlet, case)
    if there := next((file for file in found if file.exists() and not force), None):
        raise MisuseError(f"{there} is there already: --case gives another name, --force replaces it")
    return found


def write(page: Path, expectation: Path, kept: Kept, given: Mapping[str, Any]) -> None:
    """Put a draft's two files into its outlet's folder, which is made if it is not there.

    Raises:
        OSError: they cannot be written.
    """
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(kept.message.body)
    expectation.write_text(json.dumps(given, ensure_ascii=False, indent=2) + "\n", "utf-8")
