"""What a request that failed says of its source and of the site, and which days a backfill may be bound by."""

from datetime import date

import pytest
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest, ResponseDataLossError

from archive.records import Reason
from crawler.commands import within_reach
from crawler.middlewares import LetGoError, RefusedError
from crawler.spider import no_way


@pytest.mark.parametrize(
    ("error", "alone"),
    [
        (RefusedError(Reason.OFFSITE, "it leads to another site"), True),
        (RefusedError(Reason.ROBOTS, "robots.txt asks not to"), True),
        (RefusedError(Reason.ROBOTS, "robots.txt answered 503", passing=True), False),
        (RefusedError(Reason.NETWORK, "it did not answer"), False),
        (IgnoreRequest("max redirections reached"), True),
        (DownloadCancelledError("too large"), True),
        (LetGoError("the crawl was stopped"), False),
        (ResponseDataLossError(), False),
    ],
)
def test_a_source_that_leads_elsewhere_or_in_circles_is_closed_and_no_site_that_is_down(
    error: Exception, alone: bool
) -> None:
    assert no_way(error) is alone


@pytest.mark.parametrize(
    ("day", "bound"),
    [
        (None, None),
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(1, 1, 1), date(1900, 1, 1)),
        (date(9999, 12, 31), date(2200, 1, 1)),
    ],
)
def test_a_backfill_is_bound_by_days_that_have_neighbours(day: date | None, bound: date | None) -> None:
    """`--until 9999-12-31` was a traceback, and a crawl that asked for nothing ended with 0."""
    assert within_reach(day) == bound
