"""What other tools find on pages: `python -m bench.others TOOL < pages > found`, in the environment `.venv-compare`.

Knows nothing of this project and imports nothing of it. A line of JSON a story comes in (`url`, `html`: its pages in
order) and one goes out: the fields that the tool has, what it used of the CPU, and why it failed on pages, which
counts as nothing found; before them one with the tool's version. Each tool is set up as its documentation advises for
the pages at hand: the whole page and its address, Indonesian where a language can be named, no comments. All connections
are refused.
"""

import json
import logging
import re
import socket
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

ROUNDS = 3
"""The quickest of so many readings of a page is what it costs; caches and lazy imports are filled by the first."""

_LANGUAGE = re.compile(r"""(<html\b[^>]*?\blang=["']?)[\w-]+(["'\s>])""", re.IGNORECASE)

Fields = dict[str, Any]
Reader = Callable[[str, str], Fields]


class RefusedError(OSError):
    """A tool tried to fetch something."""


def _refuse(*_: object) -> None:
    raise RefusedError("there is no network in a comparison")


def trafilatura() -> Reader:
    """Trafilatura as `make bench` runs it; the time of day is asked for, which it can give and by default does not."""
    from trafilatura import bare_extraction

    dates = {"original_date": True, "extensive_search": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}

    def read(html: str, url: str) -> Fields:
        found = bare_extraction(html, url=url, with_metadata=True, include_comments=False, date_extraction_params=dates)
        if found is None:
            return {}
        return {
            "title": found.title,
            "body": found.text,
            "time": found.date,
            "authors": found.author.split("; ") if found.author else [],
            "section": found.categories,
            "tags": found.tags,
        }

    return read


def newspaper4k() -> Reader:
    """Newspaper4k, with the language and without pictures. 0.9.6 has `tags` and a rule for them that is never run."""
    from newspaper import Article

    def read(html: str, url: str) -> Fields:
        article = Article(url, language="id", fetch_images=False)
        article.download(input_html=html)
        article.parse()
        return {
            "title": article.title,
            "body": article.text,
            "time": article.publish_date and article.publish_date.isoformat(),
            "authors": article.authors,
        }

    return read


def newsplease() -> Reader:
    """news-please, without pictures.

    It takes the language from the page alone, and finds no text in one that wrongly says that it is English: the language
    is put right on the page.
    """
    from newsplease import NewsPlease

    def read(html: str, url: str) -> Fields:
        article = NewsPlease.from_html(_LANGUAGE.sub(r"\1id\2", html, count=1), url=url, fetch_images=False)
        return {
            "title": article.title,
            "body": article.maintext,
            "time": article.date_publish and article.date_publish.isoformat(),
            "authors": article.authors,
        }

    return read


def resiliparse() -> Reader:
    """Resiliparse's main content, which has no fields; alternative texts and bullets, on by default, are no text."""
    from resiliparse.extract.html2text import extract_plain_text

    def read(html: str, _url: str) -> Fields:
        return {
            "body": extract_plain_text(
                html, main_content=True, preserve_formatting=True, alt_texts=False, list_bullets=False
            )
        }

    return read


TOOLS = {
    "trafilatura": (trafilatura, ("title", "body", "time", "authors", "section", "tags")),
    "newspaper4k": (newspaper4k, ("title", "body", "time", "authors")),
    "news-please": (newsplease, ("title", "body", "time", "authors")),
    "resiliparse": (resiliparse, ("body",)),
}
"""By the name of the package, and which fields it has."""


def main(tool: str) -> None:
    """Read what comes in; the fields are those of a story's first page, the text is that of all of them."""
    make, names = TOOLS[tool]
    read = make()
    logging.disable(logging.CRITICAL)
    socket.socket.connect = _refuse  # type: ignore[method-assign, assignment]
    out, sys.stdout = sys.stdout, sys.stderr  # what a tool prints is no answer
    out.write(json.dumps({"version": version(tool)}) + "\n")
    for line in sys.stdin:
        story = json.loads(line)
        pages = [quickest(read, html, story["url"]) for html in story["html"]]
        found: Fields = {name: pages[0][0].get(name) for name in names}
        found["body"] = "\n".join(fields.get("body") or "" for fields, _, _ in pages)
        seconds, failed = sum(spent for _, spent, _ in pages), [why for _, _, why in pages if why is not None]
        out.write(json.dumps({"found": found, "seconds": seconds, "failed": failed}) + "\n")


def quickest(read: Reader, html: str, url: str) -> tuple[Fields, float, str | None]:
    """What a tool finds on a page, its least CPU seconds, and why it failed if it did."""
    fields: Fields = {}
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        try:
            fields = read(html, url)
        except Exception as error:  # noqa: BLE001 -- whatever a tool raises, it found nothing on this page
            return {}, time.process_time() - began, f"{type(error).__name__}: {error}"
        best = min(best, time.process_time() - began)
    return fields, best, None


if __name__ == "__main__":
    main(sys.argv[1])
