"""Pairs as a graph for Gephi (GEXF 1.3): who copied whom, by outlets or by articles."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from archive.export import whole
from archive.records import Tier
from archive.text import for_terminal

NAMESPACE = "http://gexf.net/1.3"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OF_OUTLETS = {"first": "integer", "copied": "integer"}
_BETWEEN_OUTLETS = {"copies": "integer", "rewrites": "integer", "uncertain": "integer"}
_OF_ARTICLES = {"outlet": "string", "published": "string", "cluster": "string"}
_BETWEEN_ARTICLES = {"tier": "string", "c3": "double", "c5": "double", "unquoted": "double", "certain": "boolean"}


@dataclass(slots=True)
class Graph:
    """Nodes by name, each with its label and attributes, and edges from the first to who copied it, weighted or not."""

    node_kinds: Mapping[str, str]
    edge_kinds: Mapping[str, str]
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def of_outlets(pairs: Iterable[Mapping[str, Any]]) -> Graph:
    """Give the outlets, and from each an edge to those that ran what it had first in a cluster.

    Only the ties of clusters count, so that a story which four ran is three edges and not six. An edge's weight is
    the number of stories; `uncertain` are those of which nobody can tell who was first.
    """
    graph = Graph(_OF_OUTLETS, _BETWEEN_OUTLETS)
    for pair in pairs:
        if pair["cluster"] != pair["first_uid"]:
            continue
        first, other = pair["first_outlet"], pair["other_outlet"]
        for outlet, name in ((first, "first"), (other, "copied")):
            graph.nodes.setdefault(outlet, {"label": outlet, "first": 0, "copied": 0})[name] += 1
        edge = graph.edges.setdefault((first, other), {"weight": 0, "copies": 0, "rewrites": 0, "uncertain": 0})
        edge["weight"] += 1
        edge["copies" if pair["tier"] == Tier.COPY else "rewrites"] += 1
        edge["uncertain"] += not pair["first_certain"]
    return graph


def of_articles(pairs: Iterable[Mapping[str, Any]]) -> Graph:
    """Give the articles, and an edge for each pair, from the earlier to the later one, with its evidence."""
    graph = Graph(_OF_ARTICLES, _BETWEEN_ARTICLES)
    for pair in pairs:
        for side in ("first", "other"):
            said = {name: pair[f"{side}_{name}"] for name in ("outlet", "published")}
            node = graph.nodes.setdefault(
                pair[f"{side}_uid"], {"label": pair[f"{side}_title"], **said, "cluster": None}
            )
            node["cluster"] = node["cluster"] or pair["cluster"]
        said = {name: pair[name] for name in ("tier", "c3", "c5", "unquoted")}
        graph.edges[pair["first_uid"], pair["other_uid"]] = {**said, "certain": pair["first_certain"]}
    return graph


def write(graph: Graph, path: Path) -> None:
    """Write a graph to a file, whole or not at all.

    Raises:
        ArchiveUnavailableError: it cannot be written.
    """
    with whole(path) as file:
        file.writelines(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    """Give the file line by line: as a tree in memory, 45,000 edges took 180 MB."""
    yield "<?xml version='1.0' encoding='utf-8'?>"
    yield _tag("gexf", {"xmlns": NAMESPACE, "version": "1.3"})
    yield "<meta><creator>Pilkada</creator>"
    yield "<description>who ran whose story: edges go from the first to the others</description></meta>"
    yield _tag("graph", {"defaultedgetype": "directed", "mode": "static"})
    for kind, attributes in (("node", graph.node_kinds), ("edge", graph.edge_kinds)):
        yield _tag("attributes", {"class": kind})
        for name, type_ in attributes.items():
            yield _tag("attribute", {"id": name, "title": name, "type": type_}, end="/>")
        yield "</attributes>"
    yield "<nodes>"
    for name, node in graph.nodes.items():
        yield f"{_tag('node', {'id': name, 'label': node['label']})}{_values(node, graph.node_kinds)}</node>"
    yield "</nodes>"
    yield "<edges>"
    for number, ((source, target), edge) in enumerate(graph.edges.items()):
        ends = {"id": number, "source": source, "target": target}
        weight = {"weight": edge["weight"]} if "weight" in edge else {}
        yield f"{_tag('edge', ends | weight)}{_values(edge, graph.edge_kinds)}</edge>"
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _values(said: Mapping[str, Any], names: Iterable[str]) -> str:
    told = ({"for": name, "value": said[name]} for name in names if said[name] is not None)
    return f"<attvalues>{''.join(_tag('attvalue', one, end='/>') for one in told)}</attvalues>"


def _tag(name: str, said: Mapping[str, object], *, end: str = ">") -> str:
    return f"<{name}{''.join(f' {key}={quoteattr(_clean(value))}' for key, value in said.items())}{end}"


def _clean(value: object) -> str:
    """Give a value, which may be a site's text, as XML can hold it."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return _NOT_XML.sub("\ufffd", for_terminal(text))
