"""What a check says, and what it may look at."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archive.condition import Condition
    from archive.database import Database
    from archive.settings import Home
    from crawler.config import Settings


class State(StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    """Someone should look: something works less well, or will not for long."""
    BAD = "bad"
    """Something does not work, or may lose what is held."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look gave: how it is, in one line, and what helps where something is to be done."""

    state: State
    detail: str
    remedy: str = ""


def ok(detail: str) -> Finding:
    """It is as it should be."""
    return Finding(State.OK, detail)


def warn(detail: str, remedy: str) -> Finding:
    """Someone should look."""
    return Finding(State.WARN, detail, remedy)


def bad(detail: str, remedy: str) -> Finding:
    """Something does not work."""
    return Finding(State.BAD, detail, remedy)


class Patient:
    """The installation that is looked at. What a broken part of it keeps from being known is None, and no error."""

    def __init__(self, home: "Home", settings: "Settings | None", now: datetime) -> None:
        self.home, self.settings, self.now = home, settings, now

    @cached_property
    def url(self) -> str:
        """The database's address, by the settings if they can be read."""
        from archive.settings import ArchiveSettings

        return self.home.database_url(self.settings.archive if self.settings else ArchiveSettings())

    @cached_property
    def database(self) -> "Database":
        """The database, which need not exist.

        Raises:
            ArchiveError: its address is none.
        """
        from archive.database import Database

        return Database(self.url)

    def let_go(self) -> None:
        """Close the database, if it was opened: the last one who does so takes SQLite's log and its index away."""
        if "database" in self.__dict__:
            self.database.dispose()

    @cached_property
    def revision(self) -> str | None:
        """The database's schema; None where there is no database yet.

        Raises:
            ArchiveError: it cannot be read.
        """
        return self.database.revision()

    @cached_property
    def condition(self) -> "Condition | None":
        """What the database shows; None where there is none of today's schema that can be read, which another check says."""
        from archive.condition import condition
        from archive.database import HEAD
        from archive.errors import ArchiveError

        try:
            return condition(self.database) if self.revision == HEAD else None
        except ArchiveError:
            return None

    def outlets(self) -> "Iterator[tuple[str, str]]":
        """Give slug and address of each enabled outlet."""
        for slug, outlet in self.settings.outlets.items() if self.settings else ():
            if outlet.enabled:
                yield slug, outlet.base_url
