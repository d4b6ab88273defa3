"""Where a text lies besides its rows and records: free pages, the write-ahead log, old indexes, torn ends, copies."""

import zlib
from pathlib import Path

from archive.archive import Archive
from archive.index import SearchIndex
from archive.traces import Traces


def sweep(archive: Archive, slug: str, traces: Traces) -> list[str]:
    """Remove a text, whose rows are deleted, from all that deleting leaves behind; say what of a crash's remains went.

    The index is made again, since Tantivy keeps what it deleted until it merges; the database is written anew, since
    free pages keep what they held.

    Raises:
        ArchiveUnavailableError: another process is at it, or the disk is full; this is simply called again.
    """
    archive.look_for_copies()
    SearchIndex.open(archive.home.index, locks=archive.home.locks).discard()
    gone = []
    for path in sorted((archive.home.warc / "torn").glob(f"{slug}-*")):
        if _holds(path, traces):
            path.unlink()
            gone.append(f"warc/torn/{path.name}")
    archive.database.scrub()
    archive.index_up_to_date()
    return gone


def _holds(path: Path, traces: Traces) -> bool:
    """Say whether any of a text can be unpacked from the end of a file that a crash tore."""
    data = path.read_bytes()
    told = data
    while data:
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            told += inflate.decompress(data)
        except zlib.error:
            break
        data = inflate.unused_data
    found = traces.within(told.decode("utf-8", "replace"))
    return found.headline or found.share > 0
