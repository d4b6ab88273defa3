"""Scrapy's settings are the hardened ones (RELIABILITY section 4)."""

import pytest
from scrapy.settings import Settings

from crawler.settings import scrapy_settings

MADE = Settings(
    scrapy_settings(
        user_agent="Pilkada/1 (+mailto:a@b.example)",
        delay=2.0,
        allowed_hosts=["127.0.0.1:1"],
        memory_mb=512,
        log_level="INFO",
    )
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPPROXY_ENABLED", False),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("DOWNLOAD_MAXSIZE", 10 * 1024 * 1024),
        ("DOWNLOAD_TIMEOUT", 45),
        ("DOWNLOAD_FAIL_ON_DATALOSS", True),
        ("REDIRECT_MAX_TIMES", 6),
        ("METAREFRESH_ENABLED", False),
        ("DEPTH_LIMIT", 0),
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("COOKIES_ENABLED", False),
        ("HTTPCACHE_ENABLED", False),
        ("JOBDIR", None),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        ("CONCURRENT_ITEMS", 4),
        ("DOWNLOAD_DELAY", 2.0),
        ("TWISTED_DNS_RESOLVER", "crawler.resolver.PublicResolver"),
        ("MEMUSAGE_LIMIT_MB", 460),
        ("USER_AGENT", "Pilkada/1 (+mailto:a@b.example)"),
    ],
)
def test_a_hardened_setting_has_its_value(name, value):
    assert MADE.get(name) == value


@pytest.mark.parametrize(
    ("kind", "off"),
    [
        ("EXTENSIONS", "scrapy.extensions.feedexport.FeedExporter"),
        ("EXTENSIONS", "scrapy.extensions.remote_control.RemoteControl"),
        ("EXTENSIONS", "scrapy.extensions.telnet.TelnetConsole"),
        ("DOWNLOADER_MIDDLEWARES", "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"),
    ],
)
def test_what_is_switched_off_is_not_even_imported(kind, off):
    assert off in MADE[f"{kind}_BASE"]
    assert MADE.getwithbase(kind)[off] is None


@pytest.mark.parametrize("scheme", ["file", "data", "ftp", "s3"])
def test_schemes_other_than_http_have_no_handler(scheme):
    assert MADE.getwithbase("DOWNLOAD_HANDLERS")[scheme] is None


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_http_goes_through_the_tee(scheme):
    assert MADE.getwithbase("DOWNLOAD_HANDLERS")[scheme] == "crawler.tee.TeeDownloadHandler"


def test_the_delay_has_no_jitter_that_could_shorten_it():
    assert MADE.getfloat("DOWNLOAD_DELAY_JITTER") == 0
