"""Whether a few words are the name of an Indonesian place, by the tables of the archive."""

import csv
import re
from functools import cache
from importlib.resources import files

_MORE = ("dki jakarta", "nusantara", "ikn")
"""Names that neither a region nor a town of the tables bears; only datelines are read with them."""

_TABLES = (("regions.csv", ("name", "base_name")), ("region_aliases.csv", ("alias", "name")), ("towns.csv", ("name",)))
"""The tables of the archive, and the columns that hold names; `towns.csv` has the capitals that no region is named after."""

_DROP = re.compile(r"[^a-z0-9 ]+")


def folded(name: str) -> str:
    """The name as it is compared: lower case, no signs, no blanks, so that Kayu Agung is Kayuagung."""
    return _DROP.sub(" ", name.lower()).replace(" ", "")


@cache
def known_places() -> frozenset[str]:
    """Folded names of all regions, of their abbreviations and of their capitals."""
    names = {folded(name) for name in _MORE}
    folder = files("archive") / "data"
    for table, columns in _TABLES:
        source = folder / table
        if source.is_file():
            with source.open(encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    names.update(folded(row.get(column) or "") for column in columns)
    return frozenset(name for name in names if len(name) > 1)


def is_place(name: str) -> bool:
    """Whether the whole of the name is a place's."""
    return folded(name) in known_places()
