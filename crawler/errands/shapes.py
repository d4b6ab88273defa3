"""The pattern that the addresses of a site's stories have in common, and where lists of them may be."""

import re
from collections import Counter
from collections.abc import Iterable

from crawler.errands.signs import is_slug

LEAST = 3
"""So many addresses make a pattern."""
NEARLY_ALL = 0.9
"""So many of them must have a name in common: a section that is left out is lost."""
NUMBER = r"\d+"
ANY = "[^/]+"
HYPHENED = "[^/]*-[^/]*"
OTHERS = "category|categories|kategori|kanal|rubrik|tag|tags|topik|topic|author|penulis|page|pages|halaman|search|cari|indeks"
"""What paths begin with that lead to lists and standing pages."""


def shape_of(paths: Iterable[str]) -> str | None:
    """The pattern of the paths that read like a headline; None where too few do.

    `/berita/kpu-tetapkan-dpt` and its like give `/berita/[^/]+/?`; numbers stay numbers, and where there are several
    sections, anything may stand in their place, but for what is known to lead to lists.
    """
    found = [path.partition("?")[0].strip("/").split("/") for path in dict.fromkeys(paths)]
    stories = [parts for parts in found if is_slug(parts[-1]) and not re.fullmatch(OTHERS, parts[0])]
    if len(stories) < LEAST:
        return None
    depth, _ = Counter(map(len, stories)).most_common(1)[0]
    alike = [parts for parts in stories if len(parts) == depth]
    pieces = []
    for place in range(depth - 1):
        name, times = Counter(parts[place] for parts in alike).most_common(1)[0]
        if all(parts[place].isdigit() for parts in alike):
            pieces.append(NUMBER)
        elif times >= NEARLY_ALL * len(alike):
            pieces.append(re.escape(name).replace(r"\-", "-"))
        else:
            pieces.append(ANY)
    if len(alike) < LEAST:
        return None
    literal = any(piece not in (NUMBER, ANY) for piece in pieces[:1])
    front, last = ("", ANY) if literal else (f"(?!/(?:{OTHERS})/)", HYPHENED)
    return front + "".join(f"/{piece}" for piece in (*pieces, last)) + "/?"


def lists_for(shape: str) -> list[str]:
    """Where a list of all stories may be: at what all their addresses begin with, else at the site's root."""
    first = shape.removeprefix("/").partition("/")[0]
    return [*([f"/{first}"] if re.fullmatch(r"[a-z][\w-]*", first) else []), "/"]
