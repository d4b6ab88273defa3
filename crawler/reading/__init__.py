"""From kept bytes to a reading: kind, container, text, fields. No network, no database, no clock.

What is exported is imported when it is asked for: the process that crawls hands bytes over and never needs
trafilatura, whose import costs 0.16 s of CPU.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.reading.families import LISTING, POPOJICMS
    from crawler.reading.kinds import looks_like_challenge
    from crawler.reading.material import Material, Page, Record, Site, Told
    from crawler.reading.page import EXTRACTOR, extractor, read
    from crawler.reading.pool import Job, ReadingPool
    from crawler.reading.rules import WORDPRESS, Rules

_WHERE = {
    "EXTRACTOR": "page",
    "LISTING": "families",
    "POPOJICMS": "families",
    "WORDPRESS": "rules",
    "Job": "pool",
    "Material": "material",
    "Page": "material",
    "ReadingPool": "pool",
    "Record": "material",
    "Rules": "rules",
    "Site": "material",
    "Told": "material",
    "extractor": "page",
    "looks_like_challenge": "kinds",
    "read": "page",
}

__all__ = [
    "EXTRACTOR",
    "LISTING",
    "POPOJICMS",
    "WORDPRESS",
    "Job",
    "Material",
    "Page",
    "ReadingPool",
    "Record",
    "Rules",
    "Site",
    "Told",
    "extractor",
    "looks_like_challenge",
    "read",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
