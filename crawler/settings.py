"""Scrapy's settings for every crawl: its defaults favour scraping over security, these do not (RELIABILITY section 4)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from crawler.clock import now

MEGABYTE = 1024 * 1024


def scrapy_settings(
    *,
    user_agent: str,
    delay: float,
    allowed_hosts: Sequence[str],
    memory_mb: int,
    log_level: str,
    now: Callable[[], datetime] = now,
) -> dict[str, Any]:
    """Give the settings of one crawl; `delay` in seconds, `memory_mb` the child's limit in megabytes.

    `now` is a function, no method: Scrapy copies its settings deeply, an object's method with its object.
    """
    return {
        "USER_AGENT": user_agent,
        # Nothing but http and https, and both through the tee.
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.tee.TeeDownloadHandler",
            "https": "crawler.tee.TeeDownloadHandler",
            "file": None,
            "data": None,
            "ftp": None,
            "s3": None,
        },
        "HTTPPROXY_ENABLED": False,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": 10 * MEGABYTE,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 45,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "TWISTED_DNS_RESOLVER": "crawler.resolver.PublicResolver",
        "PILKADA_NOW": now,
        "PILKADA_ALLOWED_HOSTS": list(allowed_hosts),
        "REDIRECT_MAX_TIMES": 6,
        "METAREFRESH_ENABLED": False,
        # A chain of listing pages counts as depth and would be cut without an error.
        "DEPTH_LIMIT": 0,
        # These and what else is switched off are named below too, as None: Scrapy imports them all the same otherwise.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "no-referrer",
        "HTTPCACHE_ENABLED": False,
        "JOBDIR": None,
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "CONCURRENT_ITEMS": 4,
        # One more try for what may pass in a moment; 429 and 503 ask for patience, not for a second request.
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        # Robots are obeyed by our own policy: Scrapy's allows everything when robots.txt fails.
        "ROBOTSTXT_OBEY": False,
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.middlewares.BoundaryMiddleware": 10,
            "crawler.middlewares.RobotsMiddleware": 100,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            # With a list of public suffixes: 0.02 s of CPU.
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "crawler.middlewares.UnpackMiddleware": 590,
            # Nearer to the wire than Scrapy's redirects (600), so that it sees a response before they do.
            "crawler.middlewares.LocationMiddleware": 650,
            # The last before the wire: a request that another refuses is not paid for.
            "crawler.middlewares.BudgetMiddleware": 900,
        },
        # Which address is fetched is decided in the database; a filter in memory would drop tries.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
            "Accept-Language": "id,en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
        },
        "HTTPERROR_ALLOW_ALL": True,
        "EXTENSIONS": {
            "scrapy.extensions.memusage.MemoryUsage": None,
            # With aiohttp and two TLS contexts: 0.09 s of CPU.
            "scrapy.extensions.remote_control.RemoteControl": None,
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.feedexport.FeedExporter": None,
            "crawler.memory.CurrentMemoryUsage": 0,
        },
        "MEMUSAGE_ENABLED": True,
        "MEMUSAGE_LIMIT_MB": int(memory_mb * 0.9),
        "MEMUSAGE_CHECK_INTERVAL_SECONDS": 5.0,
        "LOG_LEVEL": log_level,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
    }
