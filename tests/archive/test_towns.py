"""`archive/data/towns.csv`: the capitals that bear another name than their kabupaten, and other names of cities."""

import csv

from archive import regions


def _rows(table):
    with regions.TABLE.with_name(table).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_town_belongs_to_a_kabupaten_or_kota_of_the_table_and_stands_once():
    codes = {row["code"] for row in _rows("regions.csv") if row["level"] == "kabkota"}
    towns = _rows("towns.csv")
    assert len(towns) > 300
    assert {row["code"] for row in towns} <= codes
    assert len({(row["name"], row["code"]) for row in towns}) == len(towns)
    assert all(set(row) == {"name", "code", "ambiguous"} and row["ambiguous"] in "01" for row in towns)


def test_a_name_of_several_towns_is_marked_ambiguous():
    homes: dict[str, set[str]] = {}
    for row in _rows("towns.csv"):
        homes.setdefault(row["name"], set()).add(row["code"])
    shared = {name for name, codes in homes.items() if len(codes) > 1}
    assert {"Martapura", "Tanjung", "Parigi", "Sukadana"} <= shared
    assert all(row["ambiguous"] == "1" for row in _rows("towns.csv") if row["name"] in shared)


def test_no_kabupaten_of_kalimantan_and_sumsel_lacks_its_capital():
    capitals = {row["code"] for row in _rows("towns.csv")}
    named_alike = {
        *("16.03", "16.04", "61.01", "61.02", "61.03", "61.04", "61.05", "61.07", "61.09", "62.08", "62.11"),
        *("63.02", "65.02", "65.03"),
    }
    lacking = {
        row["code"]
        for row in _rows("regions.csv")
        if row["type"] == "Kabupaten" and row["parent"] in {"16", "61", "62", "63", "64", "65"}
    }
    assert lacking - capitals == named_alike
