"""What Pilkada is held against: plain Scrapy, its own defaults, trafilatura with metadata in the callback, a JSONL feed.

`python -m bench.plain ADDRESSES FEED` fetches the pages listed in a JSON file and writes one item a line.
"""

import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess


class PlainSpider(scrapy.Spider):
    """Fetches every address it is given and yields what trafilatura makes of the page."""

    name = "plain"

    def __init__(self, addresses: list[str]) -> None:
        super().__init__()
        self._addresses = addresses

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Give the requests; where the addresses come from is not measured."""
        for address in self._addresses:
            yield scrapy.Request(address)

    def parse(self, response: scrapy.http.Response) -> Iterator[dict[str, Any]]:
        """Read one page."""
        document = trafilatura.bare_extraction(
            response.text, url=response.url, with_metadata=True, include_comments=False
        )
        if document is not None:
            yield {name: value for name, value in document.as_dict().items() if isinstance(value, str | list)}


def main(addresses: Path, feed: Path) -> None:
    """Crawl."""
    logging.getLogger("trafilatura").setLevel(logging.ERROR)
    process = CrawlerProcess(
        {
            "FEEDS": {str(feed): {"format": "jsonlines"}},
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
        }
    )
    process.crawl(PlainSpider, addresses=json.loads(addresses.read_text()))
    process.start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
