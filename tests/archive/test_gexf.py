"""A graph for Gephi: valid GEXF 1.3, edges from the first to who ran its story."""

import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from archive import gexf
from archive.gexf import NAMESPACE
from crawler.cli import main
from tests.archive.ran import Ran

TYPES = {"integer": int, "double": float, "string": str, "boolean": {"true": True, "false": False}.__getitem__}
Told = dict[str, dict[str, Any]]


def read(file: Path) -> tuple[Told, dict[tuple[str, str], dict[str, Any]]]:
    """Give nodes and edges of a file, whose structure is held against what GEXF 1.3 asks for."""
    root = ET.fromstring(file.read_bytes())
    assert (root.tag, root.get("version")) == (f"{{{NAMESPACE}}}gexf", "1.3")
    assert [child.tag.partition("}")[2] for child in root] == ["meta", "graph"]
    graph = root[1]
    assert (graph.get("defaultedgetype"), graph.get("mode")) == ("directed", "static")
    assert [child.tag.partition("}")[2] for child in graph] == ["attributes", "attributes", "nodes", "edges"]
    kinds = {
        told.get("class"): {one.get("id"): TYPES[one.get("type", "")] for one in told}
        for told in graph
        if told.get("class")
    }

    def values(element: ET.Element, kind: str) -> dict[str, Any]:
        (told,) = element
        return {one.get("for", ""): kinds[kind][one.get("for")](one.get("value", "")) for one in told}

    nodes = {node.get("id", ""): {"label": node.get("label"), **values(node, "node")} for node in graph[2]}
    assert len(nodes) == len(graph[2]), "ids are unique"
    edges = {}
    for edge in graph[3]:
        ends = edge.get("source", ""), edge.get("target", "")
        assert set(ends) <= set(nodes)
        assert ends not in edges
        weight = {"weight": float(edge.get("weight", ""))} if edge.get("weight") else {}
        edges[ends] = {**weight, **values(edge, "edge")}
    assert len({edge.get("id") for edge in graph[3]}) == len(edges)
    return nodes, edges


def test_outlets_are_joined_by_the_stories_that_one_had_first(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file = tmp_path / "siapa.gexf"
    assert main([*ran.home, "export", "--to", str(file), "--pairs"]) == 0
    assert capsys.readouterr().out == f"5 outlets and 4 edges written to {file}\n"
    nodes, edges = read(file)
    assert nodes["kabar"] == {"label": "kabar", "first": 4, "copied": 0}
    copied = {"weight": 1.0, "copies": 1, "rewrites": 0, "uncertain": 0}
    assert edges == {
        **{("kabar", outlet): copied for outlet in ("suara", "warta", "hulu")},
        ("kabar", "pesisir"): copied | {"copies": 0, "rewrites": 1},
    }


def test_articles_are_joined_by_their_pairs(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file = tmp_path / "siapa.GEXF"
    assert main([*ran.home, "export", "--to", str(file), "--pairs", "--nodes", "articles"]) == 0
    nodes, edges = read(file)
    held = {(pair["first_uid"], pair["other_uid"]): pair for pair in ran.archive.pairs()}
    assert edges.keys() == held.keys()
    assert {ends: edge["tier"] for ends, edge in edges.items()} == {ends: pair["tier"] for ends, pair in held.items()}
    assert nodes[ran.uids["first"]] == {
        "label": "Berita first",
        "outlet": "kabar",
        "published": "2024-09-20T09:00:00+08:00",
        "cluster": ran.uids["first"],
    }


def pair(**said: Any) -> dict[str, Any]:
    sides = {
        f"{side}_{name}": f"{side} {name}"
        for side in ("first", "other")
        for name in ("uid", "outlet", "published", "title")
    }
    told = {"first_certain": False, "tier": "copy", "c3": 0.9, "c5": 0.8, "unquoted": 0.7, "cluster": "first uid"}
    return {**sides, **told, **said}


def test_weights_are_stories_and_ties_alone_count(tmp_path: Path) -> None:
    pairs = [pair(), pair(tier="rewrite", first_certain=True), pair(cluster=None), pair(cluster="another")]
    (edge,) = gexf.of_outlets(pairs).edges.values()
    assert Counter(edge) == Counter(weight=2, copies=1, rewrites=1, uncertain=1)


def test_a_headline_is_no_markup_and_no_broken_file(tmp_path: Path) -> None:
    file = tmp_path / "a.gexf"
    hostile = "\"/><node id='x'/> ]]> & \x00\x1b[2J\ufffe\ud800 \u202eterbalik"
    gexf.write(gexf.of_articles([pair(first_title=hostile)]), file)
    nodes, _ = read(file)
    assert set(nodes) == {"first uid", "other uid"}
    assert nodes["first uid"]["label"] == "\"/><node id='x'/> ]]> & [2J\ufffd\ufffd terbalik"


def test_a_large_graph_is_written_as_it_goes(tmp_path: Path) -> None:
    graph = gexf.of_articles([pair(other_uid=str(number)) for number in range(2_000)])
    tracemalloc.start()
    gexf.write(graph, tmp_path / "a.gexf")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(read(tmp_path / "a.gexf")[1]) == 2_000
    assert most < 500_000, "a tree of it takes many times that"


def test_a_graph_of_nothing_is_a_graph_and_articles_are_none(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_logger: None
) -> None:
    file = tmp_path / "a.gexf"
    assert main([*ran.home, "export", "--to", str(file), "--pairs", "--changed"]) == 0
    assert capsys.readouterr().out == f"0 outlets and 0 edges written to {file}\n"
    assert read(file) == ({}, {})
    assert main([*ran.home, "export", "--to", str(tmp_path / "b.gexf")]) == 2
    assert capsys.readouterr().err == "pilkada: b.gexf is a graph, which is made of --pairs\n"
    assert main([*ran.home, "export", "--to", str(tmp_path / "none" / "a.gexf"), "--pairs"]) == 1
    capsys.readouterr()
    assert main([*ran.home, "export", "--to", str(tmp_path / "b.csv"), "--pairs", "--nodes", "articles"]) == 2
    assert capsys.readouterr().err == "pilkada: --nodes is for a graph: --pairs --to FILE.gexf\n"
