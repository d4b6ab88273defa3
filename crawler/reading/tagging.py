"""What an article is about, by the data of one election: the election itself, its phase, regions, topics and actors."""

from dataclasses import replace

from archive.records import Reading, TagRole
from crawler.reading import gazetteer, regions
from crawler.reading.actors import actors
from crawler.reading.election import judge
from crawler.reading.material import Site
from crawler.reading.topics import topics
from crawler.reading.words import Words


def tagged(reading: Reading, site: Site) -> Reading:
    """A reading with what the outlet's pack says of it; without a pack nothing is said.

    Topics are looked for in what is about an election alone: in other news their words mean something else.
    """
    pack = site.pack
    if pack is None:
        return reading
    words = Words.of(reading.title, reading.body)
    day = reading.published_date
    found = regions.find(words, place=reading.place, home=site.regions)
    main = tuple(region.code for region in found if region.role is TagRole.MAIN)
    named = tuple(region.code for region in found)
    judged = judge(pack, words)
    return replace(
        reading,
        election=judged,
        phase=pack.calendar.phase(day, main or site.regions) if day else None,
        regions=found,
        topics=topics(pack.codebook, words) if judged.about else (),
        actors=actors(pack.actors, words, day=day, regions=(main, named, site.regions)),
        codebook=f"{pack.version}; regions {gazetteer.digest()}",
    )
