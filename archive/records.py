"""The records and enums that every package speaks; nothing in here knows a table, a page or a clock."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one address in one run; CONTRACT.md sums these."""

    NEW = "new"
    """Stored for the first time."""
    REVISED = "revised"
    """A later visit showed another text."""
    UNCHANGED = "unchanged"
    """The text was already held, at this address or at another address of the same outlet."""
    REJECTED = "rejected"
    """Fetched and kept, and not an article; the reason says what it is."""
    FAILED = "failed"
    """Not fetched; the reason says why, and a due entry says when it is tried again."""


class Reason(StrEnum):
    """Why an address was rejected or failed."""

    PASSWORD = "password"  # noqa: S105 - names a kind of page
    """The site asks for a password before it shows the text."""
    LISTING = "listing"
    """A list of stories: home page, category, tag, author, search, archive."""
    NOT_FOUND = "not_found"
    """404; 410 too, where no story was held."""
    SOFT_404 = "soft_404"
    """A page that says "not found" with status 200."""
    NOT_HTML = "not_html"
    """Neither HTML nor a record of the site's API."""
    CHALLENGE = "challenge"
    """A page that asks a browser to prove itself."""
    UNREADABLE = "unreadable"
    """No text, or the reader was stopped; the capture is kept and `reextract` reads it again."""
    OFFSITE = "offsite"
    """Leads to another host, another scheme or a port that was not named."""
    ROBOTS = "robots"
    """robots.txt asks us not to fetch it."""
    HTTP = "http"
    """Another status than 2xx."""
    NETWORK = "network"
    """No connection, no name, no whole answer, no answer in time."""
    GONE = "gone"
    """410 where a story is held."""
    WITHDRAWN = "withdrawn"
    """The site's API refuses the record of a story that is held, or lists it no more."""
    HOME = "home"
    """A held story's address leads to the home page, or to a list of stories."""
    UNPROVEN = "unproven"
    """A held story was not there, and nothing else of the outlet was seen to work in the same run; or something stood at its
    address that stands at those of others too."""
    TAKEN_DOWN = "taken_down"
    """A person ordered that its story be taken down; the detail is the story's uid."""


class Trust(StrEnum):
    """Where a publication time was said (CONTRACT.md `published_source`)."""

    API = "api"
    JSONLD = "jsonld"
    META = "meta"
    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    PAGE = "page"
    URL = "url"
    TEXT = "text"


class State(StrEnum):
    """Whether an article is still public, as far as the last visit could tell."""

    LIVE = "live"
    SUSPECTED = "suspected"
    REMOVED = "removed"


class Edited(StrEnum):
    """What an edit changed, in the order in which it is told."""

    HEADLINE = "headline"
    BODY = "body"
    """Words that are neither figures nor names, and whole sentences that came or went."""
    FIGURES = "figures"
    """Numbers, and days and months in the text."""
    NAMES = "names"
    """Names of people and places in the text."""
    BYLINE = "byline"
    DATE = "date"
    """The day or time of publication."""
    TAGS = "tags"
    CAPTION = "caption"


class Role(StrEnum):
    """What a capture gave to a reading."""

    RECORD = "record"
    """One record inside an API response: the text itself."""
    PAGE = "page"
    """The public page, the source of the text or evidence beside it."""
    LISTING = "listing"
    """A feed or a listing: the time of day, the section."""


class Purpose(StrEnum):
    """Why an address is due."""

    ARTICLE = "article"
    """Its text is wanted."""
    EVIDENCE = "evidence"
    """Its text is held from an API; its public page is to be kept beside it."""
    RECHECK = "recheck"
    """Its text is held; it is looked at again for edits and removals."""


class Entry(StrEnum):
    """How an address came into a run."""

    DISCOVERED = "discovered"
    CARRIED = "carried"
    """Left by an earlier run, or due again."""


class VisitState(StrEnum):
    """How far a visit has come."""

    UNREAD = "unread"
    READ = "read"
    REJECTED = "rejected"
    FAILED = "failed"


class RunStatus(StrEnum):
    """How a run stands or ended (CONTRACT.md `status`)."""

    RUNNING = "running"
    OK = "ok"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    FAILED = "failed"
    HELD = "held"
    SKIPPED = "skipped"
    """Due and not taken; the detail says why."""


class Health(StrEnum):
    """How an outlet does, by its own history."""

    OK = "ok"
    DEGRADED = "degraded"
    """It answers, and something of it is not as it was."""
    SILENT = "silent"
    """It answers and tells of nothing new, for longer than is usual for it."""
    BLOCKED = "blocked"
    """It does not let us in: robots.txt, a challenge, a refusal."""
    DEAD = "dead"
    """It does not answer."""


class Level(StrEnum):
    """How far an order to take an article down goes; each includes the ones before it."""

    LIFTED = "lifted"
    """An order that proved wrong: nothing is hidden any more."""
    HIDDEN = "hidden"
    TEXT = "text"
    BYTES = "bytes"


class FileState(StrEnum):
    """Whether a WARC file may still grow."""

    OPEN = "open"
    CLOSED = "closed"


class ChangeKind(StrEnum):
    """What a reader of the change sequence must do."""

    UPSERT = "upsert"
    TOMBSTONE = "tombstone"
    NOTED = "noted"
    """What a record says beside its words is another (last seen, captures, labels): no search or copy depends on it."""


NUMBER, GUID = "wp", "guid"
"""Schemes of the keys by which a system knows a story: a WordPress's number of the post, and what it calls its guid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """By which name an outlet's system knows a story: scheme `wp` (post id), `guid` or `address` (canonical form)."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A piece of text that a cleaning rule took out of the body."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A link to another story that stood in the body; `url` is absolute."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Election:
    """Whether a text is about an election: a score from 0 to 1, `about` by the pack's threshold, and what says so."""

    score: float
    about: bool
    evidence: tuple[str, ...]
    """Words of the text, those that weigh most first."""
    pack: str
    """Name and digest of the data by which it was judged."""


class TagKind(StrEnum):
    """What a tag names."""

    REGION = "region"
    TOPIC = "topic"
    ACTOR = "actor"


class TagRole(StrEnum):
    """Whether a text is about what a tag names, or names it on the way."""

    MAIN = "main"
    MENTION = "mention"


class Modality(StrEnum):
    """How a text speaks of a topic; what it says neither of is left open."""

    WARNED = "warned"
    """Someone warns of it or asks that it be left: nobody is said to have done it."""
    CLAIM_REPORTED = "claim_reported"
    """Someone says that it happened, or an authority looks into it; whether it did is not said here."""


class Tier(StrEnum):
    """What two articles that share text are to each other."""

    COPY = "copy"
    """The same text at two outlets, shortened, padded or retouched."""
    REWRITE = "rewrite"
    """One source at two outlets, reworked."""
    SERIES = "series"
    """A piece of one outlet that recurs with other figures: what is in a series is in no cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a tag was found: characters from `start` to before `end` of `field`, which is `title` or `body`."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region that a text is about, by its official code; `level` is `provinsi`, `kabkota` or `kecamatan`."""

    code: str
    name: str
    level: str
    role: TagRole
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of the codebook whose words a text has: a hint, which `spans` lets a reader inspect."""

    name: str
    role: TagRole
    modality: Modality | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Someone of the user's list whom a text names; `role` is what the list says that they were on its day."""

    id: str
    name: str
    role: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A further page of a story, counted from 2; `url` is absolute."""

    number: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one extraction made of what one visit showed; what the page does not say is None or empty.

    Times are aware and carry the outlet's own offset. `body` is the article's own text blocks in document order;
    CONTRACT.md defines every field. `parts` are the further pages that the story has, read with it or not.
    """

    title: str
    body: tuple[str, ...]
    keys: tuple[Key, ...] = ()
    canonical: str | None = None
    removed: tuple[Removed, ...] = ()
    dateline: str | None = None
    dateline_outlet: str | None = None
    place: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    credit: str | None = None
    advertorial_mark: str | None = None
    published_date: date | None = None
    published_at: datetime | None = None
    published_source: Trust | None = None
    modified_at: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    caption: str | None = None
    photo_credit: str | None = None
    captions: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    language: str | None = None
    flags: tuple[str, ...] = ()
    election: Election | None = None
    """None where no pack was given."""
    phase: str | None = None
    regions: tuple[Region, ...] = ()
    topics: tuple[Topic, ...] = ()
    actors: tuple[Actor, ...] = ()
    codebook: str | None = None
    """By which data regions, topics and actors were looked for; None where none was given, and they are unknown."""
    parts: tuple[Part, ...] = ()
    extractor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why what was fetched is not an article."""

    reason: Reason
    detail: str = ""
    notice: str | None = None
    """What stands there of a story's withdrawal, as printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles a listing, a search or an export takes; days are in the outlet's zone and inclusive."""

    outlets: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    state: State | None = None
    changed: bool = False
    """Only what has more than one version."""
    election: bool = False
    """Only what is about an election."""
    regions: tuple[str, ...] = ()
    """Official codes: what names one of them, or a region within it."""
    topics: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    """Ids of the user's list."""
