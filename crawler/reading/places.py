"""Whether a few words are the name of an Indonesian place, by the archive's table of regions if it has one."""

import csv
import re
from functools import cache
from importlib.resources import files

_MORE = (
    "kayuagung",
    "sampit",
    "sangatta",
    "muara teweh",
    "nanga bulik",
    "pangkalan bun",
    "puruk cahu",
    "kuala kurun",
    "kuala kapuas",
    "kuala pembuang",
    "tamiang layang",
    "tanah grogot",
    "tanjung redeb",
    "ujoh bilang",
    "buntok",
    "kasongan",
    "sendawar",
    "jakarta",
    "dki jakarta",
    "nusantara",
    "ikn",
    "jogja",
    "yogyakarta",
    "solo",
    "bogor",
    "bandung",
)
"""Capitals and towns that no official region bears as its name; only datelines are read with them."""

_DROP = re.compile(r"[^a-z0-9 ]+")


def folded(name: str) -> str:
    """The name as it is compared: lower case, no signs, no blanks, so that Kayu Agung is Kayuagung."""
    return _DROP.sub(" ", name.lower()).replace(" ", "")


@cache
def known_places() -> frozenset[str]:
    """Folded names of all regions and of their abbreviations; the few towns below only, where no table is installed."""
    names = {folded(name) for name in _MORE}
    folder = files("archive") / "data"
    for table, columns in (("regions.csv", ("name", "base_name")), ("region_aliases.csv", ("alias", "name"))):
        source = folder / table
        if source.is_file():
            with source.open(encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    names.update(folded(row.get(column) or "") for column in columns)
    return frozenset(name for name in names if len(name) > 1)


def is_place(name: str) -> bool:
    """Whether the whole of the name is a place's."""
    return folded(name) in known_places()
