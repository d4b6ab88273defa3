"""Stories of the month, put together from `prose.toml` by chance, and what an editor does to one."""

import random
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KINDS = ("headline", "figures", "names", "body")
"""What an edit may change, as `archive.records.Edited` names it."""
TRIFLES = ("blanks", "no-break", "empty", "quotes", "counter")
"""What an editor or a plugin may do to a text without changing it."""
COUNTER = "Dibaca {} kali"


@cache
def prose() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("prose.toml").read_text("utf-8"))


@dataclass(kw_only=True)
class Story:
    """A story as it stands in its newsroom now; its edits change it."""

    title: str
    blocks: list[str]
    softer: str
    many: str
    name: str
    misspelt: str
    spare: list[str]
    chance: random.Random

    def edit(self, kind: str, *, announced: bool) -> None:
        """Change one thing; announced by a note at the end, or in one of four cases at the beginning."""
        note = prose()["notes"][kind]
        match kind:
            case "headline":
                assert self.title != self.softer
                self.title = self.softer
            case "figures":
                old, new = self.many, swapped(self.many)
                self._everywhere(old, new)
                self.many = new
                note = note.format(old=old, new=new)
            case "names":
                self._everywhere(self.misspelt, self.name)
            case "body":
                self._other_paragraph(announced=announced)
        if announced:
            self.blocks.insert(0 if self.chance.random() < 0.25 else len(self.blocks), note)

    def trifle(self, kind: str) -> None:
        """Do something that changes no text."""
        at = self.chance.randrange(1, len(self.blocks))
        match kind:
            case "blanks":
                self.blocks[at] = self.blocks[at].replace(" ", "  ", 3)
            case "no-break":
                self.blocks[at] = self.blocks[at].replace(" ", "\u00a0", 3)
            case "empty":
                self.blocks.insert(at, "\u00a0")
            case "quotes":
                quoted = [re.sub(r'"([^"]*)"', "“\\1”", block) for block in self.blocks]
                assert quoted != self.blocks
                self.blocks = quoted
            case "counter":
                counted = [at for at, block in enumerate(self.blocks) if block.startswith("Dibaca ")]
                if counted:
                    self.blocks[counted[0]] = COUNTER.format(self.chance.randint(300, 900))
                else:
                    self.blocks.append(COUNTER.format(self.chance.randint(10, 300)))

    def _everywhere(self, old: str, new: str) -> None:
        changed = [block.replace(old, new) for block in self.blocks]
        assert changed != self.blocks
        self.blocks = changed

    def _other_paragraph(self, *, announced: bool) -> None:
        """Take a paragraph away, as the note says; without one another may come in its place, or beside it."""
        at = next(at for at, block in enumerate(self.blocks) if block in self.spare) if announced else 2
        if announced or self.chance.random() < 0.34:
            del self.blocks[at]
        elif self.chance.random() < 0.5:
            self.blocks[at] = self.spare.pop()
        else:
            self.blocks.insert(at, self.spare.pop())


def swapped(number: str) -> str:
    """A number of four digits as a hurried typist has it: `1.234` for `1.324`."""
    first, rest = number.split(".")
    return f"{first}.{rest[1]}{rest[0]}{rest[2]}"


def story(chance: random.Random, number: int, *, opening: Callable[[str], str]) -> Story:
    """The story of a number; `opening` makes the dateline from its place."""
    told = prose()
    subject = told["subject"][number % len(told["subject"])]
    place = told["places"][number // len(told["subject"]) % len(told["places"])]
    at = chance.randrange(len(told["last"]))
    first = chance.choice(told["first"])
    digits = chance.sample("123456789", 4)
    many = f"{digits[0]}.{''.join(digits[1:])}"
    misspelt, name = (f"{first} {told[kind][at]}" for kind in ("misspelt", "last"))

    def filled(text: str) -> str:
        few, village = chance.randint(11, 98), chance.choice(told["villages"])
        office = chance.choice(told["offices"])
        return text.format(place=place, village=village, many=many, few=few, person=misspelt, office=office)

    others = [filled(text) for text in chance.sample(told["extra"]["paragraphs"], 6)]
    quote = (
        f'"Kami bekerja sesuai aturan dan siap diperiksa," ujarnya saat ditemui di {chance.choice(told["villages"])}.'
    )
    blocks = [opening(place) + filled(subject["lead"]), filled(subject["second"]), *others[:3], quote]
    softer = filled(subject["softer"])
    return Story(
        title=filled(subject["headline"]),
        blocks=blocks,
        softer=softer,
        many=many,
        name=name,
        misspelt=misspelt,
        spare=others,
        chance=chance,
    )
