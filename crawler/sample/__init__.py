"""Small outlets on loopback, one of each system that is crawled, for the demo and the tests."""

from crawler.sample.listing.site import ListingSite
from crawler.sample.popojicms.site import PopojiSite
from crawler.sample.posts import Comment, Post, Status, sample_posts
from crawler.sample.server import SampleOutlet
from crawler.sample.wordpress.site import NewspaperSite, SampleSite

SAMPLES: dict[str, type[SampleSite] | type[PopojiSite] | type[NewspaperSite] | type[ListingSite]] = {
    "kabar-sampel": SampleSite,
    "kaltim-sampel": PopojiSite,
    "kalteng-sampel": NewspaperSite,
    "sumsel-sampel": ListingSite,
}
"""The sample outlets by short name; each takes a clock and a port, and brings its own posts."""

__all__ = [
    "SAMPLES",
    "Comment",
    "ListingSite",
    "NewspaperSite",
    "PopojiSite",
    "Post",
    "SampleOutlet",
    "SampleSite",
    "Status",
    "sample_posts",
]
