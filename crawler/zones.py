"""The zone in which a site writes its days: what a WordPress says of it, and what its pages let one think."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from crawler.faults import not_zone

INDEX = "/wp-json/"
"""Where a WordPress tells its zone (OUTLETS, time zones). Asked for whole: what keeps answers ready for others, a cache
or a recording, has it in this form."""
BY_HOURS = {7: "Asia/Jakarta", 8: "Asia/Makassar", 9: "Asia/Jayapura"}
BY_WORD = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
_WORD = re.compile(r"\d[\d.:]{0,8}\s{0,3}\(?(WIB|WITA|WIT)\b", re.IGNORECASE)
_OFFSET = re.compile(r"\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?\+(0[789]):?00\b")


def index_of(body: bytes) -> Mapping[str, Any] | None:
    """The index of a WordPress's REST interface; None for any other answer."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    spaces = found.get("namespaces") if isinstance(found, dict) else None
    return found if isinstance(spaces, list) and "wp/v2" in spaces else None


def zone_of(index: Mapping[str, Any]) -> str | None:
    """The zone that a WordPress's index tells; None where it tells none.

    One that was never set is UTC with an offset of 0, and says nothing: no newsroom here writes in UTC.
    """
    named, hours = index.get("timezone_string"), index.get("gmt_offset")
    if isinstance(named, str) and named and named != "UTC" and not_zone(named) is None:
        return named
    try:
        ahead = float(hours) if not isinstance(hours, bool) else 0.0  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    if not ahead.is_integer() or ahead == 0 or abs(ahead) > 14:
        return None
    return BY_HOURS.get(int(ahead), f"Etc/GMT{-int(ahead):+d}")


def zone_in(texts: Iterable[str]) -> tuple[str, str] | None:
    """The zone that pages let one think of, and why: offsets of their times, else the words beside printed ones."""
    texts = list(texts)
    offsets = Counter(match[1] for text in texts for match in _OFFSET.finditer(text))
    words = Counter(match[1].lower() for text in texts for match in _WORD.finditer(text))
    if offsets:
        hours, times = offsets.most_common(1)[0]
        return BY_HOURS[int(hours)], f"{times} of {offsets.total()} times on its pages have the offset +{hours}:00"
    if words:
        word, times = words.most_common(1)[0]
        return BY_WORD[word], f"{times} of {words.total()} times on its pages are in {word.upper()}"
    return None


def same_clock(one: str, other: str) -> bool:
    """Whether two zones show the same time today and half a year from now: `Asia/Makassar` and `Etc/GMT-8` do."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    return all(
        (now + later).astimezone(ZoneInfo(one)).utcoffset() == (now + later).astimezone(ZoneInfo(other)).utcoffset()
        for later in (timedelta(0), timedelta(days=182))
    )
