"""Pairs as a graph for Gephi (GEXF 1.3): who copied whom, by outlets or by articles."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

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
    root = ET.Element("gexf", {"xmlns": NAMESPACE, "version": "1.3"})
    meta = ET.SubElement(root, "meta")
    ET.SubElement(meta, "creator").text = "Pilkada"
    ET.SubElement(meta, "description").text = "who ran whose story: edges go from the first to the others"
    held = ET.SubElement(root, "graph", {"defaultedgetype": "directed", "mode": "static"})
    for kind, attributes in (("node", graph.node_kinds), ("edge", graph.edge_kinds)):
        told = ET.SubElement(held, "attributes", {"class": kind})
        for name, type_ in attributes.items():
            ET.SubElement(told, "attribute", {"id": name, "title": name, "type": type_})
    nodes = ET.SubElement(held, "nodes")
    for name, node in graph.nodes.items():
        _values(ET.SubElement(nodes, "node", {"id": name, "label": _clean(node["label"])}), node, graph.node_kinds)
    edges = ET.SubElement(held, "edges")
    for number, ((source, target), edge) in enumerate(graph.edges.items()):
        ends = {"id": str(number), "source": source, "target": target}
        weight = {"weight": str(edge["weight"])} if "weight" in edge else {}
        _values(ET.SubElement(edges, "edge", ends | weight), edge, graph.edge_kinds)
    ET.indent(root)
    with whole(path) as file:
        ET.ElementTree(root).write(file, encoding="unicode", xml_declaration=True)
        file.write("\n")


def _values(element: ET.Element, said: Mapping[str, Any], names: Iterable[str]) -> None:
    told = ET.SubElement(element, "attvalues")
    for name in names:
        if said[name] is not None:
            value = said[name]
            text = str(value).lower() if isinstance(value, bool) else _clean(str(value))
            ET.SubElement(told, "attvalue", {"for": name, "value": text})


def _clean(text: str) -> str:
    """Give a site's text as XML can hold it."""
    return _NOT_XML.sub("\ufffd", for_terminal(text))
