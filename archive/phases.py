"""The phases of an election, as its data tells them and as plots mark them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the election, its days inclusive; without `regions` it holds everywhere, the lowest `rank` first."""

    name: str
    start: date
    end: date
    rank: int
    regions: tuple[str, ...] = ()
