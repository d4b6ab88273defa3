"""The difference of two versions, as people read it and as programs do."""

import re
from typing import Any

from archive import difference

LEAD = "Ketua KPU Barito Hulu, Rudi Hartono, mengatakan pasangan nomor urut 1 meraih 1.234 suara dalam rapat pleno."
HISTORY = [
    {"version": 1},
    {
        "version": 2,
        "since": "2024-11-28T02:00:00Z",
        "changed": ["figures", "names"],
        "announced": True,
        "note": "Ralat: semula 1.234.",
    },
]


def record(version: int, *blocks: str) -> dict[str, Any]:
    return {
        "uid": "7cn5uq7bjg2ktrn4",
        "version": version,
        "title": "Hasil Pleno",
        "body": "\n\n".join(blocks),
        "history": HISTORY,
    }


OLD = record(1, LEAD, "Rapat berlangsung tertib.", "Tidak ada protes.", "Saksi pulang lebih awal.")
NEW = record(
    2,
    LEAD.replace("1.234", "1.324").replace("Hartono", "Hartanto"),
    "Rapat  berlangsung tertib.",
    "Tidak ada protes.",
    "Ralat: semula 1.234.",
)


def test_words_that_are_gone_or_new_stand_between_marks() -> None:
    shown = "\n\n".join(difference.paragraphs(OLD, NEW, 80, coloured=False))
    assert re.sub("\x1b\\[[0-9;]*m", "", shown) == (
        "version 1 became 2: 2024-11-28T02:00:00Z; figures, names; announced: Ralat:\n"
        "semula 1.234.\n\n"
        "Hasil Pleno\n\n"
        "Ketua KPU Barito Hulu, Rudi [-Hartono,-] {+Hartanto,+} mengatakan pasangan nomor\n"
        "urut 1 meraih [-1.234-] {+1.324+} suara dalam rapat pleno.\n\n"
        "(2 paragraphs unchanged)\n\n"
        "[-Saksi pulang lebih awal.-]\n\n"
        "{+Ralat: semula 1.234.+}"
    )


def test_a_terminal_shows_them_in_colour_and_no_line_is_wider_than_it() -> None:
    for width in (40, 80):
        shown = "\n".join(difference.paragraphs(OLD, NEW, width, coloured=True))
        assert "\x1b[31m\x1b[9mHartono,\x1b[0m \x1b[32m\x1b[1mHartanto,\x1b[0m" in shown.replace("\n", " ")
        plain = re.sub("\x1b\\[[0-9;]*m", "", shown)
        assert "[-" not in plain
        assert max(map(len, plain.splitlines())) <= width


def test_a_page_cannot_steer_the_terminal() -> None:
    shown = "".join(difference.paragraphs(OLD, record(2, "Teks \x1b[2Jbaru\u202e."), 80, coloured=False))
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_programs_get_the_pieces() -> None:
    found = difference.between(OLD, NEW)
    assert {name: found[name] for name in ("from", "to", "changed", "announced")} == {
        "from": 1,
        "to": 2,
        "changed": ["figures", "names"],
        "announced": True,
    }
    assert [[piece.op for piece in block] for block in found["body"]] == [
        ["same", "gone", "new", "same", "gone", "new", "same"],
        ["same"],
        ["same"],
        ["gone"],
        ["new"],
    ]
    for side, whole in (("gone", OLD), ("new", NEW)):
        read = [" ".join(piece.text for piece in block if piece.op in ("same", side)) for block in found["body"]]
        assert [block for block in read if block] == [" ".join(one.split()) for one in whole["body"].split("\n\n")]
