"""Pilkada's public face: `from pilkada import Archive, Filters`, and `python -m pilkada` for the command."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.records import Filters

__all__ = ["Archive", "Filters"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: the command needs none of it to start."""
    if name == "Archive":
        from archive.archive import Archive

        return Archive
    if name == "Filters":
        from archive.records import Filters

        return Filters
    raise AttributeError(f"module 'pilkada' has no attribute {name!r}")


if __name__ == "__main__":
    from crawler.startup import command

    command()
