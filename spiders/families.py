"""Families: what outlets built with the same system have in common. An outlet declares itself a member of one."""

from crawler.reading import WORDPRESS
from crawler.spider import OutletSpider


class WordPress(OutletSpider):
    """A WordPress whose REST interface is open (OUTLETS section 1)."""

    family = "wordpress"
    rules = WORDPRESS


FAMILIES: dict[str, type[OutletSpider]] = {kind.family: kind for kind in (WordPress,)}
