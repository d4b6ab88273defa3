"""How right a reading is: what `bench.quality` and `bench.comparison` measure, the same for every reader."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """A text's words in order, in NFC and lower case; marks, bullets and the lines of tables are none."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def token_f1(expected: str, found: str) -> float:
    """F1 of the words found, each as often as it stands there; 1 where neither text has any."""
    theirs, ours = Counter(words(expected)), Counter(words(found))
    both = theirs.total() + ours.total()
    return 2 * (theirs & ours).total() / both if both else 1.0


def plain(value: Any) -> Any:
    """A value as it is compared: texts in NFC with single blanks, lists without their order."""
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).replace("\u00a0", " ").split())
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return sorted((plain(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def same(expected: Any, found: Any) -> bool:
    """Whether a field holds what is expected; nothing is right only where nothing is expected."""
    return bool(plain(expected) == plain(found))


def lines(body: Sequence[str]) -> list[str]:
    """The paragraphs of a body as they are compared, in order."""
    return [plain(paragraph) for paragraph in body]


def minute(text: str | None, zone: str) -> datetime | None:
    """A time to the minute, in UTC; one that names no zone is on the clock of the outlet's."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=_zone(zone))
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def day(text: str | None, zone: str) -> str | None:
    """The day of a day or a time, where the outlet is."""
    if text is None or len(text) == len("2024-11-27"):
        return text
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo is None else at.astimezone(_zone(zone))).date().isoformat()


_zone = cache(ZoneInfo)
