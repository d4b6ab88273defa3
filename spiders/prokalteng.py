"""Prokalteng, of the Jawa Pos network: Palangka Raya and Central Kalimantan; WordPress, Newspaper theme, AMP plugin.

Neither robots.txt nor the terms were read: no live site could be reached when this was written. The crawler reads
robots.txt before anything else and obeys it.
"""

from spiders.families import WordPress


class Prokalteng(WordPress):
    """Stories are at `/SECTION/[SUBSECTION/]DD/MM/YYYY/SLUG/`, day first."""

    name = "prokalteng"
    outlet = "Prokalteng"
    base_url = "https://prokalteng.jawapos.com"
    timezone = "Asia/Jakarta"
    regions = ("62",)
    assumed = (
        "an open REST interface: no firewall of the network before it",
        "WIB, by where the newsroom is; the REST index would say",
        "the byline is a desk's, and the author stands in the sign-off",
    )
