"""What is asked of an index of synthetic articles, many different queries of each kind, and the same of FTS5."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from archive.paging import Sort
from archive.records import Filters
from bench.newsstand import DAYS, ELECTION, FIRST_DAY, OUTLETS, PHRASES, Newsstand, outlet
from bench.releases import COMMON
from bench.rival import LIMIT, Rival

EACH = 50
"""Queries of a kind, or as many as there are words of it."""
SHORT = (
    "ASN", "PNS", "KPU", "Bawaslu", "TPS", "DPT", "PSU", "Paslon", "Cabup", "Pilkada", "Pilgub", "Pilbup", "Panwaslu", "PPK",
    "netralitas ASN", "KPU Bawaslu",
)  # fmt: skip
PERIOD = timedelta(days=90)

Asked = Callable[[Rival], object]
_EVERYTHING = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query, as one asks it of Pilkada and, where it can be asked, of FTS5."""

    text: str
    rival: Asked | None = None
    expand: bool = False
    facets: bool = False
    filters: Filters = _EVERYTHING
    sort: Sort = Sort.NEWEST
    limit: int = LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Queries of one kind; `target` is what 95 % of them may take at a million articles, in milliseconds."""

    name: str
    target: float | None
    questions: list[Question]


def kinds(newsstand: Newsstand) -> list[Kind]:
    """Give all kinds of queries, each time the same ones."""
    chance = random.Random(newsstand.size)
    election = [word for word in ELECTION if " " not in word]
    common = [*election, *(word for word in COMMON if word not in ELECTION)][:EACH]
    half = [*election, *COMMON[:20]]
    pairs = [tuple(chance.sample(common, 2)) for _ in range(EACH)]
    phrases = [*PHRASES, *(" ".join(chance.sample(election, 2)) for _ in range(EACH))][:EACH]
    small = [" ".join(chance.sample(COMMON[:20], 2)) for _ in range(EACH)]
    rare = [newsstand.rare[at] for at in chance.sample(range(len(newsstand.rare)), EACH)]
    return [
        Kind(name="newest, a common word", target=30, questions=[newest(word) for word in common]),
        Kind(name="newest, outlet and 90 days", target=30, questions=[passing(chance, word) for word in common]),
        Kind(name="ranked, a common word", target=50, questions=[ranked(word) for word in common]),
        Kind(name="ranked, two of them", target=50, questions=[ranked(f"{one} {two}") for one, two in pairs]),
        Kind(name="ranked, a phrase", target=120, questions=[ranked(f'"{phrase}"') for phrase in phrases]),
        Kind(name="ranked, a phrase of small words", target=None, questions=[ranked(f'"{words}"') for words in small]),
        Kind(name="ranked, a rare name", target=50, questions=[ranked(word) for word in rare]),
        Kind(name="ranked, a beginning", target=50, questions=[ranked(f"{word[:4]}*") for word in common]),
        Kind(name="ranked, one OR the other", target=50, questions=[ranked(f"{one} OR {two}") for one, two in pairs]),
        Kind(name="ranked, one and not the other", target=50, questions=[without(one, two) for one, two in pairs]),
        Kind(name="ranked, abbreviations, expanded", target=50, questions=[expanded(word) for word in SHORT]),
        Kind(name="facets of over half of all", target=30, questions=[facets(word) for word in half]),
        Kind(name="count, a common word", target=None, questions=[count(word) for word in common]),
    ]


def newest(text: str) -> Question:
    """Ask for the newest articles."""
    return Question(text=text, rival=lambda rival: rival.newest(text))


def ranked(text: str) -> Question:
    """Ask for the best articles."""
    return Question(text=text, sort=Sort.RELEVANCE, rival=lambda rival: rival.ranked(text))


def without(text: str, other: str) -> Question:
    """Ask for the best articles with one word and without another."""
    return Question(
        text=f"{text} -{other}", sort=Sort.RELEVANCE, rival=lambda rival: rival.ranked(f"{text} NOT {other}")
    )


def expanded(text: str) -> Question:
    """Ask for the best articles with an abbreviation or what it stands for, which FTS5 does not know."""
    return Question(text=text, sort=Sort.RELEVANCE, expand=True)


def facets(text: str) -> Question:
    """Ask how many articles have which value, of all kinds; FTS5 is asked for outlets alone."""
    return Question(text=text, facets=True, rival=lambda rival: rival.by_outlet(text))


def count(text: str) -> Question:
    """Ask for nothing but their number."""
    return Question(text=text, limit=0, rival=lambda rival: rival.count(text))


def passing(chance: random.Random, text: str) -> Question:
    """Ask for the newest articles of an outlet and a period."""
    whose = outlet(chance.randrange(OUTLETS))
    after = FIRST_DAY + timedelta(days=chance.randrange(DAYS - PERIOD.days))
    return Question(
        text=text,
        filters=Filters(outlets=(whose,), after=after, before=after + PERIOD),
        rival=lambda rival: rival.passing(text, whose, after, after + PERIOD),
    )


def exact(newsstand: Newsstand) -> list[str]:
    """Give words and phrases of which both count the same articles: plain letters, asked for in this very form."""
    chance = random.Random(newsstand.size + 1)
    vocabulary = [newsstand.words[rank] for rank in (*range(0, 60, 3), *range(100, 20_000, 700))]
    places = [place.base for place in newsstand.places[:20] if place.base.replace(" ", "").isalpha()]
    names = [newsstand.rare[at] for at in chance.sample(range(len(newsstand.rare)), 20)]
    return [*ELECTION, *PHRASES, *vocabulary, *places, *names]
