"""The scheduler's own settings."""

import msgspec


class ScheduleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[schedule]` in pilkada.toml."""

    timezone: str = "Asia/Makassar"
    """The zone (IANA name) in which cron expressions are read."""
    crawl: str = "*/30 * * * *"
    """When outlets are crawled that have no expression of their own."""
    outlets: dict[str, str] = {}
    """An expression for one outlet, by slug."""
    jitter: float = 30.0
    """Seconds by which a start is put off at most, by chance, so that outlets do not start in one second."""
    parallel: int = 4
    """How many outlets are crawled at once at most."""

    def expression(self, outlet: str) -> str:
        """Give the cron expression by which an outlet is crawled."""
        return self.outlets.get(outlet, self.crawl)
