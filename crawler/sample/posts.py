"""What a post of a sample outlet is, and how those that come with the program are read."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from importlib.resources import files
from typing import Any

ZONE_NAME = "Asia/Makassar"
ZONE = timezone(timedelta(hours=8), "WITA")
"""The zone of Kabar Sampel; Makassar has had no clock changes since 1949, so a fixed offset says the same."""


class Status(StrEnum):
    """What an editor said about a post; whether it is public depends on the clock too."""

    PUBLISH = "publish"
    """Public from its date on; with a later date WordPress treats it as scheduled."""
    FUTURE = "future"
    """Scheduled: public as soon as its date has passed."""
    PASSWORD = "password"  # noqa: S105 - names a kind of post
    """Public, and its text is shown to nobody who does not know a password."""
    DRAFT = "draft"
    """Never public."""


OPEN = frozenset({Status.PUBLISH, Status.FUTURE})
"""What shows its text to anyone once its date has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a reader wrote under an article."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post as its editor typed it.

    `date` and `modified` are aware; `modified` is None where the post was never edited. `blocks` are paragraphs in the
    markup of `markup.py`. `image` is a file name under the uploads folder, `account` the name of the CMS account. A
    section below another is written after it: `Pemerintahan/Pemkab Kapuas`.
    """

    id: int
    slug: str
    title: str
    section: str
    date: datetime
    blocks: tuple[str, ...]
    modified: datetime | None = None
    tags: tuple[str, ...] = ()
    account: str = "admin"
    status: Status = Status.PUBLISH
    sticky: bool = False
    image: str | None = None
    caption: str | None = None
    comments: tuple[Comment, ...] = ()

    def __post_init__(self) -> None:
        for name, moment in (("date", self.date), ("modified", self.modified)):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"post {self.id} ({self.slug}): {name} has no zone")

    @property
    def changed(self) -> datetime:
        """When the post was last edited, or published where it never was."""
        return self.modified or self.date

    @property
    def protected(self) -> bool:
        """Whether a password hides the text."""
        return self.status is Status.PASSWORD


def slugified(name: str) -> str:
    """A category's, a tag's or an account's name as it stands in addresses."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def section_path(section: str) -> str:
    """A section as it stands in addresses, below the one that it belongs to."""
    return "/".join(slugified(name) for name in section.split("/"))


def sample_posts() -> tuple[Post, ...]:
    """The posts of Kabar Sampel by id: 30 articles, and one protected, one draft and one scheduled post."""
    return load_posts("wordpress/kabar-sampel.toml", ZONE)


def load_posts(file: str, zone: tzinfo) -> tuple[Post, ...]:
    """The posts of a file of this package, by id. Its times are local to `zone`, its blocks parted by empty lines.

    A post with `release = NAME` runs a press release of `releases.toml`: `opening` stands before its first paragraph on
    the same line (a dateline), its last `cut` paragraphs are left out, and `body` follows it.
    """
    releases = tomllib.loads(_text("releases.toml"))
    posts = (_post(entry, zone, releases) for entry in tomllib.loads(_text(file))["post"])
    return tuple(sorted(posts, key=lambda post: post.id))


def _text(file: str) -> str:
    return files(__package__).joinpath(file).read_text(encoding="utf-8")


def _blocks(text: str) -> tuple[str, ...]:
    return tuple(block for part in re.split(r"\n{2,}", text.strip("\n")) if (block := part.strip("\n")))


def _post(entry: Mapping[str, Any], zone: tzinfo, releases: Mapping[str, Any]) -> Post:
    given = dict(entry)
    blocks = _blocks(given.pop("body", ""))
    if release := given.pop("release", None):
        told = _blocks(releases[release]["body"])
        told = told[: len(told) - given.pop("cut", 0)]
        blocks = (given.pop("opening", "") + told[0], *told[1:], *blocks)
    modified: datetime | None = given.pop("modified", None)
    return Post(
        date=given.pop("date").replace(tzinfo=zone),
        modified=modified and modified.replace(tzinfo=zone),
        blocks=blocks,
        tags=tuple(given.pop("tags", ())),
        status=Status(given.pop("status", Status.PUBLISH)),
        comments=tuple(Comment(**comment) for comment in given.pop("comments", ())),
        **given,
    )
