"""Kaltimkita: Samarinda, Balikpapan and the regencies of East Kalimantan; PopojiCMS 2.x with a theme of its own.

Neither robots.txt nor the terms were read: no live site could be reached when this was written. The crawler reads
robots.txt before anything else and obeys it.
"""

from spiders.families import PopojiCms


class Kaltimkita(PopojiCms):
    """Routes, statuses and feed are the system's, measured; what the theme adds is read off one extracted article."""

    name = "kaltimkita"
    outlet = "Kaltimkita"
    base_url = "https://kaltimkita.com"
    timezone = "Asia/Makassar"
    regions = ("64",)
    assumed = (
        "the theme's markup: selectors are those of the stock theme, first guesses here",
        "the permalink scheme /detailpost/SLUG, as seen in links of 2024",
        "WITA, by where the newsroom is",
    )
