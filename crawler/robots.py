"""robots.txt: what an answer to it means, and when it is asked for again.

The rules are Protego's, the policy is ours (RFC 9309 section 2.3.1, stricter for 429): an answer that is not one
allows nothing.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego

TOKEN = "Pilkada"  # noqa: S105 - a product token
"""The name by which a robots.txt speaks to us (RFC 9309 2.2.1): the User-Agent without version and contact."""
MAX_BYTES = 512 * 1024
"""What is read of a robots.txt; RFC 9309 asks for 500 KiB at least."""
MAX_AGE = timedelta(hours=24)
"""How long a copy is good for (RFC 9309 section 2.4)."""
MAX_DELAY = 60.0
"""The longest Crawl-delay that is kept to, in seconds; a longer one is cut to this."""
_OUR_VERSION = re.compile(rf"^([ \t]*user[- ]?agent[ \t]*:[ \t]*{TOKEN})(?![\w-]).*$", re.IGNORECASE | re.MULTILINE)
"""A line that names us with more than the token, as one who copied the User-Agent from a log writes it. Protego finds
no rule for us there (RFC 9309 2.2.1 reads the token alone)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What a host lets us fetch; `why` says it for a person where nothing is allowed."""

    rules: Protego | None
    allow_all: bool
    why: str = ""

    def allows(self, url: str) -> bool:
        """Say whether an address may be fetched."""
        return self.allow_all if self.rules is None else bool(self.rules.can_fetch(url, TOKEN))

    def delay(self) -> float:
        """Give the seconds that the host asks for between two requests, 0 if it does not say."""
        asked = self.rules.crawl_delay(TOKEN) if self.rules is not None else None
        return min(float(asked), MAX_DELAY) if asked and asked > 0 else 0.0

    def sitemaps(self) -> list[str]:
        """Give the sitemaps that the host names."""
        return list(self.rules.sitemaps) if self.rules is not None else []


def judge(status: int, body: bytes = b"") -> Robots:
    """Give what an answer to a request for robots.txt means."""
    if 200 <= status < 300:
        return Robots(rules=Protego.parse(_OUR_VERSION.sub(r"\1", _read(body))), allow_all=False)
    if 400 <= status < 500 and status != 429:
        return Robots(rules=None, allow_all=True)
    return unheard(f"answered {status}")


def unheard(what: str) -> Robots:
    """Give what it means that robots.txt could not be had: nothing is allowed; `what` says what it did instead."""
    return Robots(rules=None, allow_all=False, why=f"robots.txt {what}, so nothing is fetched")


def _read(body: bytes) -> str:
    """The lines that are read; one that the limit cuts is left out, since `Disallow: /` is not `Disallow: /arsip`."""
    whole = body if len(body) <= MAX_BYTES else body[:MAX_BYTES].rpartition(b"\n")[0]
    return "\n".join(whole.decode("utf-8-sig", "replace").splitlines())
