"""What a page says of itself outside its text: meta elements, links, JSON-LD, the classes of body; read in one pass."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from lxml.html import HtmlElement

from archive.text import clean_text
from crawler.reading.links import joined, parts

ARTICLES = frozenset({"Article", "NewsArticle", "BlogPosting", "ReportageNewsArticle", "TechArticle", "Report"})


@dataclass(slots=True)
class Head:
    """The head of one page; `article` is its JSON-LD article, empty if it has none."""

    url: str
    metas: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    nodes: list[Mapping[str, Any]] = field(default_factory=list)
    title: str | None = None
    language: str | None = None
    body_classes: tuple[str, ...] = ()
    post_id: int | None = None

    def meta(self, name: str) -> str | None:
        """The first content of a meta element, by property or name."""
        return next(iter(self.metas.get(name, ())), None)

    @property
    def canonical(self) -> str | None:
        """The canonical address, absolute; one that names the site's root on any other page is a template's mistake."""
        own = parts(self.url).path.strip("/")
        told = self.meta("og:url")
        named = (self.links.get("canonical"), joined(self.url, told) if told else None)
        return next((url for url in named if url and (not own or parts(url).path.strip("/"))), None)

    @property
    def types(self) -> set[str]:
        """All types that JSON-LD names at its top."""
        return {name for node in self.nodes for name in _types(node)}

    @property
    def article(self) -> Mapping[str, Any]:
        """The first JSON-LD article."""
        return next((node for node in self.nodes if ARTICLES & set(_types(node))), {})

    def person(self, value: object) -> str | None:
        """The name of a JSON-LD person, who may be a reference into the graph, a string or a list of them."""
        if isinstance(value, list):
            return next((name for one in value if (name := self.person(one))), None)
        if isinstance(value, str):
            return clean_text(value) or None
        if isinstance(value, Mapping):
            name = value.get("name")
            if isinstance(name, str):
                return clean_text(name) or None
            reference = value.get("@id")
            return next(
                (
                    self.person(node)
                    for node in self.nodes
                    if reference and node.get("@id") == reference and "name" in node
                ),
                None,
            )
        return None


def read_head(tree: HtmlElement, url: str) -> Head:
    """The head of a parsed page."""
    head = Head(url=url, language=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang"))
    for element in tree.iter("meta", "link", "title", "body", "script"):
        tag = element.tag
        if tag == "meta":
            name = (element.get("property") or element.get("name") or "").strip().lower()
            if name and (content := clean_text(element.get("content") or "")):
                head.metas.setdefault(name, []).append(content)
        elif tag == "link":
            _link(head, element)
        elif tag == "title" and head.title is None:
            head.title = clean_text(element.text or "")
        elif tag == "body" and not head.body_classes:
            head.body_classes = tuple((element.get("class") or "").split())
        elif tag == "script" and (element.get("type") or "").strip().lower() == "application/ld+json":
            head.nodes.extend(_nodes(element.text or ""))
    if head.post_id is None:
        head.post_id = next(
            (int(name[7:]) for name in head.body_classes if name.startswith("postid-") and name[7:].isdigit()), None
        )
    return head


def _link(head: Head, element: HtmlElement) -> None:
    href = (element.get("href") or "").strip()
    if not href:
        return
    for relation in (element.get("rel") or "").lower().split():
        if relation == "canonical":
            head.links.setdefault("canonical", joined(head.url, href) or "")
        elif relation == "shortlink":
            number = parse_qs(parts(href).query).get("p", [""])[0]
            head.post_id = int(number) if number.isdigit() else head.post_id
        elif relation == "alternate" and "/wp/v2/posts/" in href and head.post_id is None:
            number = href.rstrip("/").rsplit("/", 1)[-1]
            head.post_id = int(number) if number.isdigit() else None


def _nodes(text: str) -> Iterator[Mapping[str, Any]]:
    """The objects of one JSON-LD block; broken JSON is common and says nothing."""
    try:
        value = json.loads(text.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            graph = item.get("@graph")
            yield item
            if isinstance(graph, list):
                yield from (node for node in graph if isinstance(node, dict))


def _types(node: Mapping[str, Any]) -> list[str]:
    value = node.get("@type")
    return [name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)]
