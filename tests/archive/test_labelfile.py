"""Files of labels, as spreadsheets leave them and as they go wrong."""

import csv
import io
from pathlib import Path

import pytest

from archive.labelfile import LabelFileError, read
from archive.text import for_csv

UID = "7cn5uq7bjg2ktrn4"
ROW = (UID, "Rina", "tema", "politik uang")


def rows(path: Path) -> list[tuple[str, str, str, str | None]]:
    return [(one.uid, one.coder, one.code, one.value) for one in read(path)]


def test_a_spreadsheets_text_is_read_as_it_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "label.csv"
    plain = f"uid,coder,code,value\n{UID},Rina,tema,politik uang\n"
    for text in (
        plain,
        "\ufeff" + plain,
        plain.replace(",", ";"),
        plain.replace(",", "\t"),
        plain.replace("\n", "\r\n"),
        "\ufeffsep=;\r\n" + plain.replace(",", ";").replace("\n", "\r\n"),
        "\n" + plain.replace("\n", "\n\n"),
        plain.replace("uid,coder,code,value", "UID , Coder,CODE,value"),
        f"value,code,coder,uid,,\npolitik uang,tema,Rina,{UID.upper()},,\n,,,,,\n",
        f'"uid";"coder";"code";"value"\n"{UID} ";"Rina";"tema";"politik uang"',
        plain.replace("Rina", " Rina "),
    ):
        file.write_bytes(text.encode())
        assert rows(file) == [ROW], text


def test_cells_hold_separators_quotes_and_lines(tmp_path: Path) -> None:
    file = tmp_path / "label.csv"
    buffer = io.StringIO()
    written = csv.writer(buffer, delimiter=";")
    written.writerows([("uid", "coder", "code", "value"), (UID, "A;B", 'kode "1"', "satu,\ndua"), ROW])
    file.write_text(buffer.getvalue(), "utf-8", newline="")
    assert rows(file) == [(UID, "A;B", 'kode "1"', "satu,\ndua"), ROW]
    assert [one.line for one in read(file)] == [3, 4]


@pytest.mark.parametrize("value", ["-1", "+1", "=SUM(A1)", "@rina", "'kutip", "1", "0,5", "Ya"])
def test_a_value_that_an_export_guarded_comes_back_as_it_was(tmp_path: Path, value: str) -> None:
    file = tmp_path / "label.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("uid", "coder", "code", "value"), (UID, "Rina", "nada", for_csv(value))])
    assert rows(file) == [(UID, "Rina", "nada", value)]


def test_a_line_of_json_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "label.jsonl"
    values = ['"politik uang"', "1", "1.5", "true", "null", '""', '"=1+1"']
    lines = [f'{{"uid":"{UID}","coder":"model 3","code":"tema","value":{value}}}' for value in values]
    file.write_text("\ufeff" + "\r\n\r\n".join(lines), "utf-8", newline="")
    assert [row[3] for row in rows(file)] == ["politik uang", "1", "1.5", "true", None, None, "=1+1"]


HEAD = "uid,coder,code,value\n"
GOOD = f"{UID},Rina,tema,uang\n"


@pytest.mark.parametrize(
    ("name", "held", "why"),
    [
        ("a.csv", (HEAD + GOOD).encode("utf-16"), "line 1 is UTF-16: save it as CSV UTF-8"),
        ("a.csv", (HEAD + GOOD + f"{UID},Rina,tema,café\n").encode("cp1252"), "line 3 is not UTF-8 (byte e9): save"),
        ("a.csv", b"", "line 1 names none of the columns uid, coder, code, value"),
        ("a.csv", b"PK\x03\x04\x14", "line 1 names none of the columns"),
        ("a.csv", b"judul,isi\n1,2\n", "line 1 names none of the columns"),
        ("a.csv", b"uid,code,value\n", "line 1 has no coder"),
        ("a.csv", b"uid,code\n", "line 1 has no coder and no value"),
        ("a.csv", b"uid,coder,code,value,catatan\n", "line 1 has 'catatan' too: the columns are uid, coder, code, value"),
        ("a.csv", b"uid,coder,code,value,uid\n", "line 1 names a column twice"),
        ("a.csv", (HEAD + GOOD + f"{UID},Rina,tema\n").encode(), "line 3 has 3 cells where the header has 4"),
        ("a.csv", (HEAD + f"{UID},Rina,tema,a,b\n").encode(), "line 2 has 5 cells where the header has 4"),
        ("a.csv", (HEAD + f"{UID},,tema,a\n").encode(), "line 2 has no coder"),
        ("a.csv", (HEAD + f"{UID},Rina, ,a\n").encode(), "line 2 has no code"),
        ("a.csv", (HEAD + f"{UID},Rina,tema,a\0b\n").encode(), "line 2 has a NUL in its value"),
        ("a.csv", (HEAD + f'{UID},Rina,tema,"a"b\n').encode(), "line 2 is no CSV"),
        ("a.csv", (HEAD + f'{UID},Rina,tema,"a\n{GOOD}').encode(), "line 3 is no CSV"),
        ("a.csv", (HEAD + f"{UID},{'R' * 201},tema,a\n").encode(), "line 2 has a coder of more than 200 characters"),
        ("a.csv", (HEAD + f"{UID},Rina,tema,{'a' * 40_000}\n").encode(), "has a value of more than 32,767 characters"),
        ("a.csv", (HEAD + f"{UID},Rina,tema,{'a' * 200_000}\n").encode(), "line 2 is no CSV: field larger than"),
        ("a.jsonl", b'{"uid":"x"}\n', "line 1 has no coder and no code and no value"),
        ("a.jsonl", b"[1]\n", "line 1 is no JSON object"),
        ("a.jsonl", b'{"uid":"x","coder":"a","code":"b","value":[1]}\n', "line 1 has a list or an object for value"),
        ("a.jsonl", b'{"uid":"x","coder":"a","code":"b","value":1,"n":2}\n', "line 1 has 'n' too"),
        ("a.jsonl", b'{"uid":null,"coder":"a","code":"b","value":1}\n', "line 1 has no uid"),
        ("a.xlsx", b"PK", "a.xlsx: name a file that ends in .csv or .jsonl"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, name: str, held: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(held)
    with pytest.raises(LabelFileError) as error:
        rows(tmp_path / name)
    assert why in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelFileError, match=r"tiada\.csv cannot be read: No such file"):
        rows(tmp_path / "tiada.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(LabelFileError, match="cannot be read"):
        rows(tmp_path / "folder.csv")
