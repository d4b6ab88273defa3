"""Whether two texts can be the same story: how many of their words, and runs of words, they share."""

import re

RUN = 4
"""Words in a row that are compared."""
AKIN = 0.3
"""At least so much of the shorter text stands in the longer one where one was made of the other by editing."""
ALIEN_TEXT, ALIEN_HEADLINE = 0.1, 1 / 3
"""Less than this is shared by two different stories: of 1,155 pairs of different stories of one outlet (the sample
newsrooms) none shared more than 0.05 of its runs of words, or 0.31 of the words of its headline."""
_WORD = re.compile(r"\w+")


def akin(one: str, other: str) -> bool:
    """Say whether one text was made of the other by editing."""
    return shared(one, other) >= AKIN


def alien(headlines: tuple[str, str], texts: tuple[str, str]) -> bool:
    """Say whether neither the headlines nor the texts have anything to do with each other."""
    return unlike(*headlines) and shared(*texts) < ALIEN_TEXT


def unlike(headline: str, other_headline: str) -> bool:
    """Say whether two headlines are those of two stories."""
    one, other = set(_words(headline)), set(_words(other_headline))
    return bool(one | other) and len(one & other) <= ALIEN_HEADLINE * len(one | other)


def shared(one: str, other: str) -> float:
    """Give how much of the shorter text's runs of words stand in the longer one, 0 to 1."""
    words, others = _words(one), _words(other)
    length = max(1, min(RUN, len(words), len(others)))
    runs, further = _runs(words, length), _runs(others, length)
    return len(runs & further) / max(1, min(len(runs), len(further)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
