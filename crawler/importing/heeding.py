"""What an import may not bring back: stories that a person ordered to be taken down."""

from archive import orders
from archive.database import Database
from archive.warc import HttpMessage
from crawler.crawl import Crawl
from crawler.importing.judging import Heard, NotTakenError


def heed(database: Database, crawl: Crawl, message: HttpMessage, heard: Heard | None) -> None:
    """Refuse the page of a story that was taken down, and an answer that holds one whose bytes were to go.

    An answer that holds one that is hidden is taken for its other stories.

    Raises:
        NotTakenError: it is one of them.
    """
    urls = [message.url] if heard is None else [story.url for story in heard.answer.stories]
    spots = {spot.canonical for url in urls if (spot := crawl.naming.spot(url)) is not None}
    outlet_id = crawl.ticket.outlet_id
    with database.read() as connection:
        for canonical in spots:
            uid = orders.closed(connection, outlet_id, canonical)
            if uid is not None and (heard is None or orders.removed_at(connection, outlet_id, canonical)):
                raise NotTakenError("taken_down")
