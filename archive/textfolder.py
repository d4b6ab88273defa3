"""Articles as a folder of texts, one file each, which quanteda, AntConc and coding tools read."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from archive.columns import ARTICLE, TEXT, Columns
from archive.export import write_csv
from archive.newfolder import new_folder

METADATA = "metadata.csv"
COLUMNS: Columns = {"doc_id": TEXT} | {name: shape for name, shape in ARTICLE.items() if name != "body"}
"""A file's name, as quanteda's readtext calls it, and the record of its article without the text."""


def write_texts(records: Iterable[Mapping[str, Any]], folder: Path) -> int:
    """Write a file for each article, and `metadata.csv`, which joins on the files' names; give how many articles.

    The folder is made beside its place and renamed when it is whole. A file holds headline and text; outlet, day and
    uid name it, since a site's text names no file.

    Raises:
        ExportError: there is a folder with something in it, or a file.
        ArchiveUnavailableError: the folder cannot be written.
    """
    with new_folder(folder, each=False) as beside, (beside / METADATA).open("w", encoding="utf-8", newline="") as file:
        return write_csv((_written(record, beside) for record in records), file, COLUMNS)


def _written(record: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write an article's text; give its row of the metadata."""
    name = f"{record['outlet']}_{record['published_date'] or 'undated'}_{record['uid']}.txt"
    (folder / name).write_text(f"{record['title']}\n\n{record['body']}\n", encoding="utf-8", newline="\n")
    return {"doc_id": name, **record}
