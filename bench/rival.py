"""SQLite's FTS5 on the same articles, as one would set it up: what our index is measured beside."""

from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.database import sqlite_module
from archive.document import IndexDocument

LIMIT = 20
TABLES = """
CREATE VIRTUAL TABLE word USING fts5(title, body, content='', tokenize='unicode61 remove_diacritics 2');
CREATE TABLE article (id INTEGER PRIMARY KEY, outlet TEXT NOT NULL, day INTEGER NOT NULL);
CREATE INDEX article_day ON article (outlet, day);
"""


class Rival:
    """A table that keeps no texts, its rows in the order of time, so that the newest come first without sorting."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = sqlite_module().connect(path, isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {TABLES}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, articles: Iterable[IndexDocument]) -> None:
        """Add articles, all in one transaction."""
        connection = self._connection
        connection.execute("BEGIN")
        with closing(connection.cursor()) as cursor:
            for article in articles:
                assert article.published is not None
                day = article.published.toordinal()
                cursor.execute("INSERT INTO article (outlet, day) VALUES (?, ?)", (article.outlet, day))
                row = (cursor.lastrowid, article.title, article.body)
                cursor.execute("INSERT INTO word (rowid, title, body) VALUES (?, ?, ?)", row)
        connection.execute("COMMIT")

    def settle(self) -> int:
        """Write all into the one file, and give its bytes."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._path.stat().st_size

    def newest(self, question: str) -> list[Any]:
        """Give the newest articles that a question finds."""
        return self._rows("SELECT rowid FROM word WHERE word MATCH ? ORDER BY rowid DESC LIMIT ?", question, LIMIT)

    def ranked(self, question: str) -> list[Any]:
        """Give the best articles that a question finds, a title worth more than a body."""
        order = "bm25(word, 4.0, 1.0)"
        return self._rows(f"SELECT rowid FROM word WHERE word MATCH ? ORDER BY {order} LIMIT ?", question, LIMIT)

    def passing(self, question: str, outlet: str, after: date, before: date) -> list[Any]:
        """Give the newest articles that a question finds, of an outlet and between two days."""
        return self._rows(
            "SELECT word.rowid FROM word JOIN article ON article.id = word.rowid WHERE word MATCH ?"
            " AND outlet = ? AND day BETWEEN ? AND ? ORDER BY word.rowid DESC LIMIT ?",
            question,
            outlet,
            after.toordinal(),
            before.toordinal(),
            LIMIT,
        )

    def count(self, question: str) -> int:
        """Count the articles that a question finds."""
        ((number,),) = self._rows("SELECT count(*) FROM word WHERE word MATCH ?", question)
        return int(number)

    def by_outlet(self, question: str) -> dict[str, int]:
        """Count the articles that a question finds, by outlet."""
        return dict(
            self._rows(
                "SELECT outlet, count(*) FROM word JOIN article ON article.id = word.rowid WHERE word MATCH ?"
                " GROUP BY outlet",
                question,
            )
        )

    def _rows(self, query: str, *values: object) -> list[Any]:
        return list(self._connection.execute(query, values))
