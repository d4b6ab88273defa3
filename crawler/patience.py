"""How long a site asks to be left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(hours=24)
"""A Retry-After beyond this is cut to it."""
DEFAULT_WAIT = timedelta(minutes=15)
"""How long a host that answers 429 or 503 is left alone when it does not say."""


def wait_asked(retry_after: str | None, now: datetime) -> timedelta:
    """Give how long a Retry-After header asks to wait, in seconds or until a date (RFC 9110 10.2.3), a day at most."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0") or "0"
        return min(timedelta(seconds=int(digits)), LONGEST_WAIT) if len(digits) < 9 else LONGEST_WAIT
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return DEFAULT_WAIT
    # The form of asctime(), which RFC 9110 5.6.7 has recipients accept, names no zone: all forms are in UTC.
    wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return max(timedelta(0), min(wait, LONGEST_WAIT))
