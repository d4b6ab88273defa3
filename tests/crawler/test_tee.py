"""The tee keeps what went over the wire, byte for byte. Written against Scrapy 2.19 and Twisted 26.10."""

import gzip
import ipaddress
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crawler.wire import HANG_UP, wire

FETCH = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from crawler.settings import scrapy_settings
from crawler.tee import EXCHANGES

class Fetch(Spider):
    name = "fetch"
    async def start(self):
        for url in sys.argv[2:]:
            yield Request(url, callback=self.parse, errback=self.failed, dont_filter=True)
    def parse(self, response):
        for one in response.meta[EXCHANGES]:
            print(json.dumps({"url": one.url, "status": one.status, "sent": one.sent.hex(), "received": one.received.hex(),
                              "body": response.body.hex(), "type": one.content_type}), flush=True)
    def failed(self, failure):
        print(json.dumps({"error": failure.type.__name__}), flush=True)

settings = scrapy_settings(user_agent="Pilkada/test", delay=0, allowed_hosts=sys.argv[1].split(","), memory_mb=512, log_level="ERROR")
settings |= {"DOWNLOADER_MIDDLEWARES": {}, "DOWNLOAD_TIMEOUT": 5, "RETRY_ENABLED": False}
process = AsyncCrawlerProcess(settings)
process.crawl(Fetch)
process.start()
"""


def fetch(port, *paths, allowed=None, host="127.0.0.1", scheme="http", trusted=None):
    urls = [f"{scheme}://{host}:{port}{path}" for path in paths]
    done = subprocess.run(
        [sys.executable, "-c", FETCH, allowed or f"127.0.0.1:{port}", *urls],
        capture_output=True,
        timeout=60,
        check=False,
        env=os.environ | ({"SSL_CERT_FILE": str(trusted)} if trusted else {}),
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def chunked(body, size):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%X;note=a\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nX-Trailer: b\r\n\r\n"


BODY = "<p>“Netralitas ASN” – Tenggarong</p>".encode() * 400
PACKED = gzip.compress(BODY, mtime=0)
HEAD = b"HTTP/1.1 200 OK\r\nsErVeR: x\r\nX-Dua: 1\r\nX-Satu:   2  \r\nX-Dua: 3\r\nContent-Type: text/html; charset=utf-8\r\n"
ANSWERS = {
    "/biasa": [HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY],
    "/gzip": [HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED), PACKED[:7], PACKED[7:]],
    "/potong": [HEAD + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunked(PACKED, 37)],
    "/kosong": [HEAD + b"Content-Length: 0\r\n\r\n"],
    "/tiada": [b"HTTP/1.1 404 Tidak Ada\r\nContent-Length: 2\r\n\r\nx\n"],
}


def test_the_versions_are_those_that_the_tee_was_written_for():
    assert version("scrapy").startswith("2.19.")


def test_request_and_response_are_kept_byte_for_byte():
    with wire(ANSWERS) as (port, requests):
        got = fetch(port, *ANSWERS)
    assert [one["received"] for one in got] == [b"".join(pieces).hex() for pieces in ANSWERS.values()]
    assert [one["sent"] for one in got] == [request.hex() for request in requests]
    assert [one["status"] for one in got] == [200, 200, 200, 200, 404]
    assert [bytes.fromhex(one["body"]) for one in got[:3]] == [BODY, BODY, BODY]


def test_a_redirect_leaves_both_exchanges():
    answers = {
        "/a": [b"HTTP/1.1 302 Found\r\nLocation: /biasa\r\nContent-Length: 0\r\n\r\n"],
        "/biasa": ANSWERS["/biasa"],
    }
    with wire(answers) as (port, _):
        got = fetch(port, "/a")
    assert [one["status"] for one in got] == [302, 200]
    assert got[0]["received"] == answers["/a"][0].hex()


def test_a_response_that_breaks_off_is_an_error_not_a_page():
    with wire({"/putus": [HEAD + b"Content-Length: 9\r\n\r\nabc", HANG_UP]}) as (port, _):
        (got,) = fetch(port, "/putus")
    assert got["error"] in ("ResponseDataLossError", "DownloadFailedError")


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1:1"),
        ("127.0.0.2", "127.0.0.1:{port}"),
        ("localhost", "127.0.0.1:{port}"),
        ("0x7f.1", "x:1"),
    ],
    ids=["other-port", "other-address", "by-name", "hex"],
)
def test_the_resolver_refuses_every_pair_of_host_and_port_that_was_not_named(host, allowed):
    with wire(ANSWERS) as (port, requests):
        got = fetch(port, "/biasa", host=host, allowed=allowed.format(port=port))
    assert got == [{"error": "CannotResolveHostError"}]
    assert requests == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody signed but itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Kabar Sampel")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "site.pem"
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *form))
    return file


def test_over_tls_the_plain_text_is_kept_byte_for_byte(certificate):
    with wire(ANSWERS, certificate) as (port, requests):
        got = fetch(port, *ANSWERS, scheme="https", trusted=certificate)
    assert [one.get("received") for one in got] == [b"".join(pieces).hex() for pieces in ANSWERS.values()]
    assert [one["sent"] for one in got] == [request.hex() for request in requests]


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    with wire(ANSWERS, certificate) as (port, requests):
        (got,) = fetch(port, "/biasa", scheme="https")
    assert "error" in got
    assert requests == []
