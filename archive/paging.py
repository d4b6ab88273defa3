"""Where one page of results ends and the next begins: keys that stay true while articles come and go."""

import re
from enum import StrEnum

from archive.errors import ArchiveError

Place = tuple[float | int | str, ...]
"""What results are sorted by, the smallest first; no two articles have the same."""


class Sort(StrEnum):
    """The order of results; of equals the newest comes first, and of these the one with the smaller uid."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class PageKeyError(ArchiveError):
    """A text that is no key of a page, or one of another order."""


_NO_KEY = "--after-key takes what an earlier search gave as the next key"
_KEY = re.compile(
    r"(?P<sort>relevance|newest|oldest)(?::(?P<score>[0-9.e+-]{1,30}))?:(?P<moment>-?\d{1,15}):(?P<uid>\w{1,40})"
)


def place(sort: Sort, uid: str, moment: int, score: float | None) -> Place:
    """Give an article's place among the results."""
    if sort is Sort.OLDEST:
        return moment, uid
    return (-moment, uid) if score is None else (-score, -moment, uid)


def key(sort: Sort, place: Place) -> str:
    """Give the text that stands for a place."""
    *numbers, uid = place
    sign = 1 if sort is Sort.OLDEST else -1
    return ":".join([sort.value, *(str(sign * number) for number in numbers), str(uid)])


def read(text: str, sort: Sort) -> Place:
    """Give the place that a key stands for.

    Raises:
        PageKeyError: it is none, or one of another order.
    """
    found = _KEY.fullmatch(text)
    if found is None or (found["sort"] == Sort.RELEVANCE) != (found["score"] is not None):
        raise PageKeyError(_NO_KEY)
    try:
        score = None if found["score"] is None else float(found["score"])
    except ValueError:
        raise PageKeyError(_NO_KEY) from None
    if found["sort"] != sort:
        raise PageKeyError(f"the key is one of --sort {found['sort']}, and this search has --sort {sort.value}")
    return place(sort, found["uid"], int(found["moment"]), score)
