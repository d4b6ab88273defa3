"""What is done for an outlet at set times; apart from the agenda, so that settings name it without a database."""

from enum import StrEnum


class Work(StrEnum):
    """The kinds of work, the most urgent first."""

    CRAWL = "crawl"
    """What is new."""
    VISITS = "visits"
    """Held articles are looked at again."""
    BACKFILL = "backfill"
    """What was published before, as far back as the settings name; then days that fall short."""
    MAINTENANCE = "maintenance"
    """What needs no network."""

    @property
    def run_kind(self) -> str:
        """Of which kind its runs are."""
        return "recheck" if self is Work.VISITS else self.value
