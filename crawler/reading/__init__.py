"""From kept bytes to a reading: kind, container, text, fields. No network, no database, no clock."""

from crawler.reading.kinds import looks_like_challenge
from crawler.reading.material import Material, Page, Record, Site
from crawler.reading.page import EXTRACTOR, extractor, read
from crawler.reading.pool import Job, ReadingPool
from crawler.reading.rules import WORDPRESS, Rules

__all__ = [
    "EXTRACTOR",
    "WORDPRESS",
    "Job",
    "Material",
    "Page",
    "ReadingPool",
    "Record",
    "Rules",
    "Site",
    "extractor",
    "looks_like_challenge",
    "read",
]
