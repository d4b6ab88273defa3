"""How log lines are written: the settings, and what one process hands to the next."""

from typing import Literal

import msgspec


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[log]` in pilkada.toml."""

    format: Literal["auto", "console", "json"] = "auto"
    """How lines look: `auto` is for people on a terminal, and JSON elsewhere."""
    file: str | None = None
    """A file that gets the lines too, in the home unless absolute."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How this process writes its lines; its children are told the same."""

    format: str = "auto"
    file: str | None = None
    outlet: str | None = None
    """Whose crawl this process is."""
    hidden: frozenset[str] = frozenset()
    """Secrets that no line may hold."""
