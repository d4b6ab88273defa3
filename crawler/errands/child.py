"""The child process that runs one errand: reads an Errand from stdin, says its Finding on stdout, logs to stderr."""

import asyncio
import logging
import sys
from functools import partial
from pathlib import Path

import msgspec
from scrapy.crawler import AsyncCrawlerProcess

from crawler import logs
from crawler.child import begun, turn_at_host
from crawler.errands.check import check
from crawler.errands.probe import probe
from crawler.errands.told import Errand, Finding
from crawler.errands.visitor import ErrandSpider, LeaveAloneError, NoAnswerError, Visitor
from crawler.reading import ReadingPool
from crawler.settings import scrapy_settings
from scheduler import processes
from scheduler.lock import HeldError

logger = logging.getLogger(__name__)


def main() -> int:
    """Run the errand on stdin; exit status 0 whatever was found, 1 for a bug of ours."""
    early = begun()
    errand = msgspec.json.decode(sys.stdin.buffer.read(), type=Errand)
    logs.follow(errand.log)
    processes.limit_memory(errand.memory_mb)
    try:
        with turn_at_host(Path(errand.locks), errand.url, errand.delay, errand.deadline, early):
            found = _run(errand)
    except HeldError as error:
        found = Finding(failed=str(error))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
    sys.stdout.flush()
    return 0


def _run(errand: Errand) -> Finding:
    settings = scrapy_settings(
        user_agent=errand.user_agent,
        delay=errand.delay,
        allowed_hosts=errand.allowed_hosts,
        memory_mb=errand.memory_mb,
        log_level=errand.log_level,
    )
    settings |= {"RETRY_ENABLED": False}
    settings["DOWNLOADER_MIDDLEWARES"] = {
        **settings["DOWNLOADER_MIDDLEWARES"],
        "crawler.errands.visitor.BudgetMiddleware": 990,
    }
    process = AsyncCrawlerProcess(settings)
    logs.speak_from(errand.log_level)
    visitor = Visitor(errand.url, errand.allowed_hosts)
    found = Finding(failed="stopped before the site had answered")
    failed: list[BaseException] = []

    async def run(pool: ReadingPool) -> None:
        nonlocal found
        try:
            async with asyncio.timeout(errand.deadline):
                found = await (
                    check(visitor, errand.outlet, pool) if errand.outlet else probe(visitor, errand.url, pool)
                )
        except LeaveAloneError as error:
            found = Finding(failed=str(error), left_alone=error.until)
        except NoAnswerError as error:
            found = Finding(failed=str(error))
        except TimeoutError:
            found = Finding(failed=f"the deadline of {errand.deadline:g} s was met")
        except Exception as error:
            logger.exception("%s: the errand failed", errand.url)
            failed.append(error)

    with ReadingPool(1, errand.memory_mb) as pool:
        process.crawl(ErrandSpider, crawl=visitor, errand=partial(run, pool))
        process.start()
    if failed:
        raise SystemExit(1)
    return msgspec.structs.replace(found, requests=visitor.sent)
