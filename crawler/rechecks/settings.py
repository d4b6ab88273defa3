"""`[visits]` in pilkada.toml: which articles are visited again, when, and what that may cost."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from archive.ladder import LadderError, VisitRule, duration, ladder

Articles = Literal["election", "all", "none"]
MOST_CONFIRMED = 20
MOST_REQUESTS = 1_000_000


class OutletVisits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[visits.outlets.NAME]`: what is otherwise at one outlet."""

    ladder: str | list[str] | None = None
    articles: Articles | None = None
    budget: int | None = None
    confirm: int | None = None
    over: str | None = None


class VisitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[visits]` in pilkada.toml."""

    ladder: str | list[str] = "sparse"
    """`sparse`, `dense`, or ages such as `["1h", "1d", "30d"]`."""
    articles: Articles = "election"
    budget: int = 300
    """Requests for visits an outlet and day."""
    confirm: int = 3
    """So many looks that miss an article make it removed."""
    over: str = "24h"
    """The last of them is at least so long after the first."""
    outlets: dict[str, OutletVisits] = {}

    def rule(self, slug: str) -> VisitRule:
        """Give what holds at an outlet; the settings were checked."""
        own = self.outlets.get(slug, OutletVisits())
        return VisitRule(
            ladder=ladder(_ages(self.ladder if own.ladder is None else own.ladder)),
            articles=own.articles or self.articles,
            budget=self.budget if own.budget is None else own.budget,
            confirm=self.confirm if own.confirm is None else own.confirm,
            over=duration(own.over or self.over),
        )


def faults(settings: VisitSettings) -> Iterator[str]:
    """Say what is wrong with the settings, each beginning with its key."""
    parts: list[tuple[str, VisitSettings | OutletVisits]] = [
        ("visits", settings),
        *((f"visits.outlets.{slug}", own) for slug, own in settings.outlets.items()),
    ]
    for key, part in parts:
        try:
            if part.ladder is not None:
                ladder(_ages(part.ladder))
        except LadderError as error:
            yield f"{key}.ladder: {error}"
        try:
            if part.over is not None:
                duration(part.over)
        except LadderError as error:
            yield f"{key}.over: {error}"
        for name, value, most in (("budget", part.budget, MOST_REQUESTS), ("confirm", part.confirm, MOST_CONFIRMED)):
            least = 1 if name == "confirm" else 0
            if value is not None and not least <= value <= most:
                yield f"{key}.{name} must be {least} to {most}, not {value}"


def _ages(said: str | list[str]) -> str | list[str]:
    """Give a ladder as it is meant: in the environment a list is written with commas."""
    return said.split(",") if isinstance(said, str) and said[:1].isdigit() else said
