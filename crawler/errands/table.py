"""What a check found, for people and for programs."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from crawler.config import OutletSettings
from crawler.errands.told import Finding, Heard, Seen

FIELDS = ("title", "body", "published_at", "authors", "section", "tags", "caption", "image")
LONGEST = 40


def facts(slug: str, declared: OutletSettings, finding: Finding) -> dict[str, Any]:
    """One outlet as one object."""
    told: dict[str, Any] = msgspec.to_builtins(finding)
    kept = ("requests", "timezone", "family", "sources", "articles", "tells", "wrong")
    return {
        "outlet": slug,
        "as_declared": not (finding.wrong or finding.failed),
        "declared": {"family": declared.family, "base_url": declared.base_url, "timezone": declared.timezone},
        **{name: told[name] for name in kept},
        "notes": told["unsure"],
        "failed": finding.failed,
    }


def rows(slug: str, finding: Finding) -> Iterator[dict[str, Any]]:
    """One outlet as rows: what was asked, what it gave, and whether that is as declared."""

    def row(what: str, found: str, *, right: bool | None) -> dict[str, Any]:
        return {
            "outlet": slug,
            "what": what,
            "found": found,
            "as declared": {True: "yes", False: "no", None: ""}[right],
        }

    if finding.failed is not None:
        yield row("site", finding.failed, right=False)
        return

    def blamed(what: str) -> bool:
        return any(line.startswith(what) for line in finding.wrong)

    yield row("timezone", finding.timezone or "not told", right=not blamed("timezone") if finding.timezone else None)
    yield row("family", finding.family or "not told", right=not blamed("family") if finding.family else None)
    silent = [line for line in finding.wrong if line.startswith("sources")]
    for heard in finding.sources:
        yield row(heard.source, _heard(heard), right=_right(heard, silent))
    read = [article for article in finding.articles if not article.rejected]
    others = ", ".join(
        dict.fromkeys((one.rejected or "").partition(":")[0] for one in finding.articles if one.rejected)
    )
    number = f"{len(read)} of {len(finding.articles)}" + (f", the others: {others}" if others else "")
    yield row("stories read", number, right=bool(read))
    for field in FIELDS:
        found = "; ".join(_SHOWN[field](article) or "-" for article in read)
        core = field in ("title", "body", "published_at")
        yield row(field, found, right=any(_SHOWN[field](article) for article in read) if core else None)


def _heard(heard: Heard) -> str:
    return f"{heard.path}: {heard.said}" if heard.answers else heard.said


def _right(heard: Heard, silent: list[str]) -> bool | None:
    """Whether a source is as declared; one that only stands in for others need not answer."""
    if heard.answers:
        return True
    return False if any(heard.said in line for line in silent) else None


_SHOWN: dict[str, Callable[[Seen], str]] = {
    "title": lambda seen: seen.title[:LONGEST],
    "body": lambda seen: f"{seen.body} characters" if seen.body else "",
    "published_at": lambda seen: f"{seen.published[:16]} ({seen.published_source})" if seen.published else "",
    "authors": lambda seen: ", ".join(seen.authors)[:LONGEST],
    "section": lambda seen: (seen.section or "")[:LONGEST],
    "tags": lambda seen: str(len(seen.tags)) if seen.tags else "",
    "caption": lambda seen: (seen.caption or "")[:LONGEST],
    "image": lambda seen: "yes" if seen.image else "",
}
