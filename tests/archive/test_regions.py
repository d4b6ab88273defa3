"""Codes of regions are looked up in the table that ships."""

import csv

import pytest

from archive import regions


def test_every_code_of_the_table_is_known():
    with regions.TABLE.open(encoding="utf-8") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert len(codes) > 7000
    assert regions.unknown(codes) == []


@pytest.mark.parametrize("code", ["99", "64.99", "64.0", "code", ""])
def test_a_code_that_no_region_has_is_given_back(code):
    assert regions.unknown({code, "64.02"}) == [code]
