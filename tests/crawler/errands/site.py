"""A site that an errand asks without a connection between them: what the site answers, as Scrapy would hand it over."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawler.errands.visitor import MOST_REQUESTS, SpentError, Visitor
from crawler.sample.server import HTML, Answer

BASE = "https://www.media.example"
Found = TypeVar("Found")


def page(title: str, body: str = "", head: str = "") -> Answer:
    text = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return Answer(headers=(HTML,), body=text.encode())


def visit(
    answer: Callable[[str, Mapping[str, str]], Answer], run: Callable[[Visitor], Awaitable[Found]], url: str = BASE
) -> tuple[Found, list[str]]:
    """Run something as a visitor of a site; give what it found and what was asked for."""
    asked: list[str] = []
    visitor = Visitor(url, ())

    async def download(request: Request) -> Response:
        if visitor.left <= 0:
            raise SpentError(f"{MOST_REQUESTS} requests were sent")
        visitor.sent += 1
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        asked.append(request.url.removeprefix(url) or "/")
        given = answer(target, {})
        headers: dict[str, list[str]] = {}
        for name, value in given.headers:
            headers.setdefault(name, []).append(value)
        return Response(request.url, status=given.status, headers=headers, body=given.body)

    visitor.download = download

    async def begin() -> Found:
        return await run(visitor)

    return asyncio.run(begin()), asked
