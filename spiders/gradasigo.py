"""gradasigo: Kayuagung, Ogan Komering Ilir and South Sumatra; a Laravel application of its own making.

Neither robots.txt nor the terms were read: no live site could be reached when this was written. The crawler reads
robots.txt before anything else and obeys it.
"""

from spiders.families import ListingSite


class Gradasigo(ListingSite):
    """Only the addresses of stories, `/article/SLUG`, are known from links; the rest is what Laravel does."""

    name = "gradasigo"
    outlet = "gradasigo"
    base_url = "https://gradasigo.com"
    timezone = "Asia/Jakarta"
    regions = ("16.02", "16")
    assumed = (
        "the list of stories at /article?page=N, with Bootstrap's cards and pagination",
        "the page's markup: selectors are chains, and the reader falls back to the text's own shape",
        "WIB, by where the newsroom is; an application with Laravel's default zone would print UTC",
    )
