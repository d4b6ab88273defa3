"""Topics of an article about an election: hints, by the phrases of a pack, each with where it stands.

A phrase weighs three times in the headline and the first paragraph. What is said once on the way is a mention; nothing
here knows whether what is said is true, or of whom.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.records import Modality, TagRole, Topic
from crawler.reading.actors import SPANS
from crawler.reading.codebook import Codebook, Mood, Trigger
from crawler.reading.phrases import Match
from crawler.reading.words import Line, Words

ZONE = 3.0
"""What a phrase is worth in the headline and the first paragraph."""
NAMED = 1.0
"""Weights of all phrases, wherever they stand, from which a topic is named at all."""
REPEATED = 2.0
"""The same, from which an article may be about it; one whole phrase in the headline is enough too."""
SHARE = 0.4
"""Part of the points of the strongest topic that an article must have of one that its headline does not name."""
SPOKEN = 0.25
"""Part of a topic's points that must be spoken of in one way for the topic to be."""


@dataclass(slots=True)
class _Found:
    said: float = 0.0
    points: float = 0.0
    headline: bool = False
    warned: float = 0.0
    claimed: float = 0.0
    places: list[tuple[Line, int, int]] = field(default_factory=list)

    @property
    def modality(self) -> Modality | None:
        if max(self.warned, self.claimed) < SPOKEN * self.points:
            return None
        return Modality.CLAIM_REPORTED if self.claimed >= self.warned else Modality.WARNED


def topics(codebook: Codebook, words: Words) -> tuple[Topic, ...]:
    """Give the topics of a text that is known to be about an election: main ones first, those that weigh most first."""
    found: dict[str, _Found] = {}
    for number, line in enumerate(words.lines):
        if matches := codebook.triggers.among(line):
            zone = ZONE if number < 2 else 1.0
            moods = _moods(line, matches, codebook)
            for match, mood in zip(matches, moods, strict=True):
                for trigger in match.says:
                    if trigger.weight:
                        _add(found, trigger, line, match, mood, zone)
    named = {topic: one for topic, one in found.items() if one.said >= NAMED}
    most = max((one.points for one in named.values()), default=0.0)
    made = [
        (
            Topic(
                name=topic,
                role=TagRole.MAIN if _is_main(one, most) else TagRole.MENTION,
                modality=None if topic in codebook.without else one.modality,
                spans=tuple([line.span(first, last) for line, first, last in one.places[:SPANS]]),
            ),
            one.points,
        )
        for topic, one in named.items()
    ]
    return tuple(topic for topic, points in sorted(made, key=lambda one: (one[0].role, -one[1])))


def _add(
    found: dict[str, _Found], trigger: Trigger, line: Line, match: Match[Trigger], mood: Mood | None, zone: float
) -> None:
    one = found.get(trigger.topic)
    if one is None:
        one = found[trigger.topic] = _Found()
    weight = trigger.weight
    one.said += weight
    one.points += weight * zone
    if weight >= 1 and line.field == "title":
        one.headline = True
    if mood is Mood.WARNED:
        one.warned += weight * zone
    elif mood is Mood.CLAIM:
        one.claimed += weight * zone
    one.places.append((line, match.first, match.last))


def _is_main(one: _Found, most: float) -> bool:
    return one.headline or (one.said >= REPEATED and one.points >= SHARE * most)


def _moods(line: Line, matches: Sequence[Match[Trigger]], codebook: Codebook) -> list[Mood | None]:
    """How each of some phrases in a line is spoken of: by what was said before it in its sentence, else first after it."""
    without = codebook.without
    spoken_of = any(trigger.topic not in without for match in matches for trigger in match.says)
    marks = codebook.moods.among(line) if spoken_of else []
    if not marks:
        return [None] * len(matches)
    marks = [mark for mark in marks if mark.says[0] is not Mood.PLAIN]
    starts = [0, *line.sentences(), len(line.words)]
    said: list[Mood | None] = []
    held, sentence, at = None, -1, 0
    for match in matches:
        here = bisect_right(starts, match.first) - 1
        if here != sentence:
            held, sentence = None, here
            while at < len(marks) and marks[at].first < starts[here]:
                at += 1
        end = starts[here + 1]
        while at < len(marks) and marks[at].first <= match.last and marks[at].first < end:
            held = _then(held, marks[at])
            at += 1
        first_after = marks[at] if held is None and at < len(marks) and marks[at].first < end else None
        said.append(held if first_after is None else _then(None, first_after))
    return said


def _then(held: Mood | None, mark: Match[Mood]) -> Mood | None:
    """What holds after a word of modality.

    Who warns, or says that nothing is known, speaks of all that follows: in `mengingatkan agar dugaan pelanggaran
    dilaporkan` nothing is claimed.
    """
    (mood,) = mark.says
    if mood is Mood.TURN:
        return None
    return held if mood is Mood.CLAIM and held is not None else mood
