"""A sample outlet: a newsroom in reach of a test, and the server on loopback that shows what it publishes."""

import gzip
import logging
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from crawler.sample.posts import OPEN, Post

logger = logging.getLogger(__name__)

HTML = ("Content-Type", "text/html; charset=UTF-8")
XML = ("Content-Type", "application/xml; charset=UTF-8")
TEXT = ("Content-Type", "text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status, the headers that say something, and the whole body; the server adds what transport needs."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (HTML,)
    body: bytes = b""
    chunked: bool = False
    """Whether the body is sent without saying its length."""


def page_of(posts: Sequence[Post], number: int, size: int = 10) -> Sequence[Post]:
    """The posts of one page of a list that is counted from 1; empty past the end."""
    return posts[(number - 1) * size : number * size]


class SampleOutlet(ABC):
    """A site on 127.0.0.1; what it shows follows from its posts and from `clock`, which returns aware times.

    A post is public from its date on, so a clock set back shows the site of that day. Use it as a context manager, or
    `start` and `stop` it; it may be started again, and keeps its posts. Attributes that a test may set at any time:

    - `robots`: another text for robots.txt, or a status; None leaves it to the system
    - `down_paths`: statuses for all addresses that begin with a given path
    - `scripted`: what is answered at all addresses that begin with a given path, whatever the system would say
    - `delay`: seconds before each answer
    """

    name: str
    """What the outlet calls itself."""
    family: str
    """The family that an outlet of this system is declared as."""
    zone_name: str
    """The IANA name of the zone in which the newsroom writes times."""

    def __init__(self, *, clock: Callable[[], datetime], posts: Iterable[Post], port: int = 0) -> None:
        self.robots: str | int | None = None
        self.down_paths: dict[str, int] = {}
        self.scripted: dict[str, Answer] = {}
        self.delay = 0.0
        self.clock = clock
        self._port = port
        self._posts = {post.id: post for post in posts}
        self._trashed: set[int] = set()
        self._formerly: list[Post] = []
        self._instead: dict[str, Answer] = {}
        self._redirects: dict[str, int] = {}
        self._requests: list[tuple[str, str, int]] = []
        self._lock = threading.RLock()
        self._server: _Server | None = None

    @abstractmethod
    def serve(self, target: str, headers: Mapping[str, str]) -> Answer:
        """What the system says to a GET of a path with its query; the names of `headers` are in lower case."""

    @abstractmethod
    def path(self, post: Post) -> str:
        """The path at which the system shows a post."""

    def address(self, post: Post) -> str:
        """The address at which a post stands while the site runs."""
        return self.base_url + self.path(post)

    @property
    def public(self) -> tuple[Post, ...]:
        """The posts that anyone may open now and that show their text."""
        with self._lock:
            now = self.clock()
            return tuple(
                post
                for post in sorted(self._posts.values(), key=lambda post: post.id)
                if post.status in OPEN and post.id not in self._trashed and post.date <= now
            )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Listen and answer in threads of its own; returns once the port is open."""
        if self._server is not None:
            raise RuntimeError("the sample site is running already")
        self._server = _Server(self, self._port)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sample-site", daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening and drop every open connection; harmless when it is not running."""
        if self._server is not None:
            self._server.end()
            self._server = None

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT` of the running site."""
        if self._server is None:
            raise RuntimeError("the sample site is not running")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def requests(self) -> list[tuple[str, str, int]]:
        """What was asked so far, in order: method, path with query, status. A copy; `forget_requests` empties it."""
        with self._lock:
            return list(self._requests)

    def forget_requests(self) -> None:
        """Begin to count requests anew."""
        with self._lock:
            self._requests.clear()

    @property
    def posts(self) -> tuple[Post, ...]:
        """Every post of the newsroom by id, public or not, removed ones too."""
        with self._lock:
            return tuple(sorted(self._posts.values(), key=lambda post: post.id))

    def publish(self, post: Post) -> None:
        """Add a post; ValueError where its id or its slug is taken."""
        with self._lock:
            if any(post.id == other.id or post.slug == other.slug for other in self._posts.values()):
                raise ValueError(f"a post with id {post.id} or slug {post.slug!r} is there already")
            self._posts[post.id] = post

    def edit(
        self, number: int, *, title: str | None = None, blocks: Sequence[str] | None = None, at: datetime | None = None
    ) -> Post:
        """Change a post as an editor would; it counts as modified at `at`, or now by the clock. Returns the new post."""
        moment = at or self.clock()
        with self._lock:
            old = self._posts[number]
            new = replace(
                old,
                title=old.title if title is None else title,
                blocks=old.blocks if blocks is None else tuple(blocks),
                modified=moment,
            )
            self._posts[number] = new
        return new

    def move(
        self,
        number: int,
        *,
        slug: str | None = None,
        section: str | None = None,
        date: datetime | None = None,
        redirect: bool = False,
    ) -> Post:
        """Give a post another slug, section or date, and with it another address. Returns the new post.

        With `redirect` someone had the web server lead from the old address to the new one, where the system does not.
        """
        with self._lock:
            old = self._posts[number]
            if redirect:
                self._redirects[self.path(old)] = number
            new = replace(
                old,
                slug=slug or old.slug,
                section=section or old.section,
                date=date or old.date,
                modified=self.clock(),
            )
            self._formerly.append(old)
            self._posts[number] = new
        return new

    @property
    def formerly(self) -> tuple[Post, ...]:
        """Posts as they were before they were moved, oldest first: what a system that redirects must remember."""
        with self._lock:
            return tuple(self._formerly)

    @property
    def trashed(self) -> frozenset[int]:
        """The ids of the posts that were removed and may be restored."""
        with self._lock:
            return frozenset(self._trashed)

    def remove(self, number: int, *, instead: Answer | None = None) -> None:
        """Take a post offline, so that it can be restored; `instead` stands at its address, where not what the system says."""
        with self._lock:
            post = self._posts[number]
            self._trashed.add(number)
            if instead is not None:
                self._instead[self.path(post)] = instead

    def restore(self, number: int) -> None:
        """Put a removed post online again; that counts as an edit, made now."""
        with self._lock:
            self._trashed.remove(number)
            post = self._posts[number] = replace(self._posts[number], modified=self.clock())
            self._instead.pop(self.path(post), None)

    def noted(self, method: str, target: str, status: int) -> None:
        """Count a request."""
        with self._lock:
            self._requests.append((method, target, status))

    def delete(self, number: int) -> None:
        """Delete a post for good: the system has never heard of it."""
        with self._lock:
            del self._posts[number]
            self._trashed.discard(number)

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """What the site says to a GET, once the faults that a test ordered have had their turn."""
        path = urlsplit(target).path
        for prefix, said in self.scripted.items():
            if target.startswith(prefix):
                return said
        for prefix, status in self.down_paths.items():
            if path.startswith(prefix):
                return Answer(
                    status=status, body=f"<html><head><title>{status}</title></head><body></body></html>\n".encode()
                )
        match self.robots if path == "/robots.txt" else None:
            case None:
                return self._put_there(path) or self.serve(target, headers)
            case int(status):
                return Answer(status=status, body=b"<html><head><title>robots</title></head><body></body></html>\n")
            case words:
                return Answer(headers=(TEXT,), body=words.encode())

    def _put_there(self, path: str) -> Answer | None:
        """What an editor had put at an address in place of what the system would say."""
        with self._lock:
            number = self._redirects.get(path)
            if number is None or number in self._trashed:
                return self._instead.get(path)
            target = self.base_url + self.path(self._posts[number])
            return Answer(status=301, headers=(HTML, ("Location", target)))


class _Server(ThreadingHTTPServer):
    """The listening socket of a site, which knows its open connections so that it can end them."""

    daemon_threads = True

    def __init__(self, site: SampleOutlet, port: int) -> None:
        self.site = site
        self.ending = threading.Event()
        self._open: set[socket.socket] = set()
        self._change = threading.Condition()
        super().__init__(("127.0.0.1", port), _Request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._change:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._change:
                self._open.discard(request)
                self._change.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the names are socketserver's
        error = sys.exception()
        # a client that goes away, or is sent away by `end`, is no error of the site
        if not isinstance(error, ConnectionError | TimeoutError) and not self.ending.is_set():
            logger.error("sample site: answering %s failed", client_address, exc_info=error)

    def end(self) -> None:
        self.ending.set()
        self.shutdown()
        self.server_close()
        with self._change:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    logger.debug("sample site: a connection was closed already")
            self._change.wait_for(lambda: not self._open, timeout=5)


class _Request(BaseHTTPRequestHandler):
    """One connection: reads requests, asks the site, and sends what it says."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx/1.22.1"
    sys_version = ""
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        site = self.server.site
        self.server.ending.wait(site.delay)
        answer = site.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
        site.noted(self.command, self.path, answer.status)
        body, headers = answer.body, list(answer.headers)
        zipped = (
            body
            and "gzip" in self.headers.get("Accept-Encoding", "")
            and not self.path.startswith(("/robots.txt", "/wp-content/"))
            and not any(name == "Content-Encoding" for name, _ in headers)
        )
        if zipped:
            body = gzip.compress(body, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        if answer.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif answer.status != 304 and not any(name == "Content-Length" for name, _ in headers):
            headers.append(("Content-Length", str(len(body))))
        self.send_response(answer.status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or answer.status == 304:
            return
        if not answer.chunked:
            self.wfile.write(body)
            return
        for start in range(0, len(body), 4096):
            piece = body[start : start + 4096]
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header by the clock of the site."""
        moment = self.server.site.clock() if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment.astimezone(UTC), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        logger.debug("sample site: " + format, *args)  # noqa: G003 - as above: its own format
