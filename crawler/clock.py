"""The machine's clock; a crawl takes its time from whoever starts it, so that a test may set it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Give the time; the one place where a crawl asks the machine's clock."""
    return datetime.now(UTC)
