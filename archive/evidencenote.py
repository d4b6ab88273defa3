"""What is written beside the records of an article: what they are, how others check them, what they do not prove."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from archive.text import for_terminal

if TYPE_CHECKING:
    from archive.evidence import Held

CHECKS = "How to check it"
"""The heading of the steps; a line that begins with `$` is a command, and each ends with 0 where all is well."""

_WHAT = """\
The records of HTTP traffic from which Pilkada read one version of an article, as a WARC file (ISO 28500), copied byte for \
byte out of its archive: requests, responses, and what each file of the archive says of itself. They hold what came with the article too: other stories that stood in the same answer, and in the requests how the crawler named itself and whom to contact. The texts are the outlet's.
"""
_STEPS = """\
Nothing here needs Pilkada. sha256sum and gzip are part of any Linux (in Git Bash on Windows too); two WARC tools that \
others wrote come with Python: `pip install warcio fastwarc`. In this folder:
"""
_PROVES = """\
The digests show that nothing was changed since they were written down. Who could change all of this folder could write \
new ones, so compare them with a copy that came another way: a citation of the article (`pilkada cite`) that was printed or \
sent before holds the digest of the payload and the id of its record.
"""
_NOT = (
    "When it was. The times are those of the clock of the machine that fetched; no third party stamped them.",
    "Who answered. The records hold what came from that address, not its certificate; others may be shown other pages.",
    "That the site's statements are true, or that it wrote them itself.",
    "That article.json is the only reading: it is what Pilkada made of these records. Read the page itself.",
)
_IMPORTED = """\
Records marked "imported" were captured by others. Their header and their content are as they were in the file that was \
imported, their times are of whoever captured them, and they were packed anew.
"""


def written(record: dict[str, Any], cited: str, held: "Sequence[Held]") -> str:
    """Give the note on an article's records; `cited` is the article's citation."""
    return "\n".join(_lines(record, cited, held)) + "\n"


def _lines(record: dict[str, Any], cited: str, held: "Sequence[Held]") -> Iterator[str]:
    yield from _title(f"Evidence for article {record['uid']}, version {record['version']} of {record['versions']}", "=")
    yield from _wrapped(_WHAT)
    yield from _wrapped(cited)
    yield from (
        "  records.warc.gz  the records, each a gzip member of its own",
        "  article.json     what was read of them",
        "  SHA256SUMS       the digests of these two and of this file",
        "",
    )
    yield from _title("The records", "-")
    if any(one.imported for one in held):
        yield from _wrapped(_IMPORTED)
    for one in held:
        yield from _record(one)
    yield from _title(CHECKS, "-")
    yield from _wrapped(_STEPS)
    yield from _checks(held)
    yield from _wrapped(_PROVES)
    yield from _title("How to see it", "-")
    yield from _wrapped("What came, unpacked, and the page in a browser (`pip install pywb 'setuptools<81'`):")
    page = next((one for one in held if one.role.startswith("page")), None)
    shown = page or next(one for one in held if one.role)
    yield f"  $ warcio extract --payload records.warc.gz {shown.offset} > {'page.html' if page else 'answer'}"
    yield "  $ wb-manager init bukti && wb-manager add bukti records.warc.gz && wayback -b 127.0.0.1"
    yield ""
    yield from _title("What it does not prove", "-")
    for text in _NOT:
        yield from textwrap.wrap(text, 80, initial_indent="- ", subsequent_indent="  ")


def _title(text: str, sign: str) -> tuple[str, str, str]:
    return text, sign * len(text), ""


def _wrapped(text: str) -> list[str]:
    plain = " ".join(for_terminal(text).split())
    return [*textwrap.wrap(plain, 80, break_long_words=False, break_on_hyphens=False), ""]


def _record(one: "Held") -> Iterator[str]:
    gave = f", gave the {one.role}" if one.role else ""
    yield f"{one.kind}{', imported' if one.imported else ''}{gave}"
    yield f"  id       {_line(one.record_id)}"
    if one.url:
        yield f"  address  {_line(one.url)}"
    yield f"  time     {one.at}"
    yield f"  place    records.warc.gz, {one.length} bytes from {one.offset} on"
    yield f"  sha256   {one.sha256} of these bytes"
    if one.payload_sha256:
        yield f"  sha256   {one.payload_sha256} of its payload as received"
    yield ""


def _line(text: str) -> str:
    return " ".join(for_terminal(text).split())


def _checks(held: "Sequence[Held]") -> Iterator[str]:
    yield from ("1. The files are those that SHA256SUMS names:", "", "  $ sha256sum -c SHA256SUMS", "")
    yield from ("2. Every record is whole:", "", "  $ gzip -t records.warc.gz", "")
    yield from _wrapped("3. Every record has the digests that stand in its own header (`WARC-Block-Digest` and so on):")
    yield "  $ warcio check records.warc.gz"
    payloads = " --verify-payloads" if all(one.plain for one in held if one.payload_sha256) else ""
    yield f"  $ fastwarc check --quiet{payloads} records.warc.gz"
    yield ""
    yield from _wrapped("4. Each is the record that is listed above, and so is its payload; a digest is printed if so:")
    for one in held:
        yield f"  $ tail -c +{one.offset + 1} records.warc.gz | head -c {one.length} | sha256sum | grep {one.sha256}"
        if one.payload_sha256:
            yield f"  $ {_extract(one)} | sha256sum | grep {one.payload_sha256}"
    yield ""


def _extract(one: "Held") -> str:
    """Give the command that prints a payload as it was received: `warcio extract --payload` would unpack it."""
    if one.plain:
        return f"fastwarc extract --payload records.warc.gz {one.offset}"
    read = "next(iter(warcio.ArchiveIterator(file))).raw_stream.read()"
    opened = f"file = open('records.warc.gz', 'rb'); file.seek({one.offset})"
    return f'python3 -c "import sys, warcio; {opened}; sys.stdout.buffer.write({read})"'
