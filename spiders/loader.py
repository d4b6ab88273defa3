"""How Scrapy finds an outlet by name: its class is made from the declaration in the settings."""

from typing import Self

from scrapy.settings import BaseSettings

from crawler.spider import OutletSpider
from spiders.families import FAMILIES


class OutletLoader:
    """Scrapy's SPIDER_LOADER_CLASS: one spider class an outlet, of its family."""

    def __init__(self, declared: dict[str, str]) -> None:
        self._declared = declared

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Build from PILKADA_OUTLETS, which maps an outlet's slug to its family."""
        return cls(settings.getdict("PILKADA_OUTLETS"))

    def load(self, spider_name: str) -> type[OutletSpider]:
        """Give the spider class of an outlet.

        Raises:
            KeyError: no such outlet is declared, or its family is unknown.
        """
        family = FAMILIES[self._declared[spider_name]]
        return type(f"{family.__name__}_{spider_name}", (family,), {"name": spider_name})

    def find_by_request(self, request: object) -> list[str]:  # noqa: ARG002
        """Give no outlet: requests do not choose spiders here."""
        return []

    def list(self) -> list[str]:
        """Give the slugs of all declared outlets."""
        return sorted(self._declared)
