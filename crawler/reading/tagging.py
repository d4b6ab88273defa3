"""What an article is about, by the data of one election: the election itself, its phase, regions, topics and actors."""

from dataclasses import replace

from archive.records import Reading, TagRole
from crawler.reading import regions
from crawler.reading.election import judge
from crawler.reading.material import Site
from crawler.reading.words import Words


def tagged(reading: Reading, site: Site) -> Reading:
    """A reading with what the outlet's pack says of it; without a pack nothing is said."""
    pack = site.pack
    if pack is None:
        return reading
    words = Words.of(reading.title, reading.body)
    day = reading.published_date
    found = regions.find(words, place=reading.place, home=site.regions)
    main = tuple(region.code for region in found if region.role is TagRole.MAIN)
    return replace(
        reading,
        election=judge(pack, words),
        phase=pack.phase(day, main or site.regions) if day else None,
        regions=found,
    )
