"""robots.txt: what an answer to it means, and when it is asked for again.

The rules are Protego's, the policy is ours (RFC 9309 section 2.3.1, stricter for 429): an answer that is not one
allows nothing.
"""

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


def judge(status: int | None, body: bytes = b"") -> Robots:
    """Give what an answer to a request for robots.txt means; no status is no answer at all."""
    if status is not None and 200 <= status < 300:
        return Robots(rules=Protego.parse(body[:MAX_BYTES].decode("utf-8-sig", "replace")), allow_all=False)
    if status is not None and 400 <= status < 500 and status != 429:
        return Robots(rules=None, allow_all=True)
    answer = "did not answer" if status is None else f"answered {status}"
    return Robots(rules=None, allow_all=False, why=f"robots.txt {answer}, so nothing is fetched")
