"""A log file that several processes add to, and that stays small."""

import os
from pathlib import Path

BYTES = 8_000_000
"""Size at which a file is put aside."""
KEPT = 5
"""How many that were put aside are kept: 48 MB in all."""


class LogFile:
    """Adds lines; whichever process finds the file full puts it aside (`.1` is the newest), and all go on in a new one.

    A line is one write to a file that is opened for appending, so lines of several processes stay whole; one that is
    written while another process puts the file aside stands at the end of that one.
    """

    def __init__(self, path: Path, *, limit: int = BYTES, kept: int = KEPT) -> None:
        self._path, self._limit, self._kept = path, limit, kept
        self._file: int | None = None

    def write(self, line: str) -> None:
        """Add a line.

        Raises:
            OSError: it cannot be written.
        """
        if self._file is None or not self._is_there(self._file):
            self._open()
        assert self._file is not None
        os.write(self._file, line.encode() + b"\n")
        if os.fstat(self._file).st_size >= self._limit:
            self._put_aside()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> None:
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)

    def _is_there(self, file: int) -> bool:
        """Say whether the file is still the one by that name: another process may have put it aside."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except OSError:
            return False

    def _put_aside(self) -> None:
        from filelock import FileLock

        with FileLock(self._path.with_name(f"{self._path.name}.lock")):
            if self._path.stat().st_size < self._limit:
                return  # another process was faster
            self.close()
            for number in range(self._kept, 0, -1):
                older = self._aside(number)
                if number == self._kept:
                    older.unlink(missing_ok=True)
                elif older.exists():
                    older.replace(self._aside(number + 1))
            self._path.replace(self._aside(1))

    def _aside(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
