"""The archive's own settings and the layout of its home."""

import tomllib
from pathlib import Path

import msgspec

from archive.room import Reserve


class ArchiveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[archive]` in pilkada.toml."""

    url: str | None = None
    """A SQLAlchemy URL; unset, an SQLite file in the home."""


class Home(msgspec.Struct, frozen=True):
    """The folder that holds an archive, and what lies where in it."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """`pilkada.toml`, which need not exist."""
        return self.root / "pilkada.toml"

    @property
    def warc(self) -> Path:
        """The folder of WARC files."""
        return self.root / "warc"

    @property
    def index(self) -> Path:
        """The folder of the search index."""
        return self.root / "index"

    @property
    def locks(self) -> Path:
        """The folder of lock files."""
        return self.root / "locks"

    @property
    def health_file(self) -> Path:
        """`health.json`: the sign of life of the daemon."""
        return self.root / "health.json"

    def url_in_settings(self) -> str | None:
        """Give `archive.url` as the home's settings have it, None where they do not; the command reads them itself."""
        try:
            found = tomllib.loads(self.settings_file.read_text("utf-8")).get("archive", {})
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            return None
        url = found.get("url") if isinstance(found, dict) else None
        return url if isinstance(url, str) else None

    def reserve(self, url: str, megabytes: int | None) -> Reserve:
        """Give what must stay free of the disks on which this archive lies, its database at some address included."""
        file = url.removeprefix("sqlite:///")
        return Reserve(
            folders=(self.root, self.warc, *([Path(file).parent] if file != url else [])), megabytes=megabytes
        )

    def database_url(self, settings: ArchiveSettings) -> str:
        """Give the database's address: the one that is set, else an SQLite file in the home."""
        return settings.url or f"sqlite:///{self.root / 'pilkada.db'}"
