import time
import tomllib
from collections import Counter
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from archive.records import Actor, Modality, Reading, TagRole, Topic
from crawler.config import ElectionSettings
from crawler.reading import gazetteer
from crawler.reading.actors import actors
from crawler.reading.material import Site
from crawler.reading.pack import ACTORS, FILES, load, parse
from crawler.reading.tagging import tagged
from crawler.reading.topics import topics
from crawler.reading.words import Words

WRITTEN = Path(__file__).parents[2] / "topics"
SHIPPED = load(ElectionSettings().pack, Path())
OWN = (WRITTEN / "actors.csv").read_text("utf-8")
PACK = parse(SHIPPED.source[0], (*SHIPPED.source[1][: FILES.index(ACTORS)], "", OWN))
"""The topics that ship, and an invented list of actors."""
SITE = Site(
    slug="kabar",
    name="Kabar",
    base_url="https://kabar.example",
    timezone="Asia/Makassar",
    regions=("64.02", "64"),
    pack=PACK,
)
DAY = date(2024, 10, 14)


def read(title: str, text: str, *, day: date | None = DAY) -> Reading:
    body = tuple(text.strip().split("\n\n"))
    return tagged(Reading(title=title, body=body, published_date=day), SITE)


def said(title: str, text: str = "") -> dict[str, tuple[TagRole, Modality | None]]:
    """Give role and modality of the topics of an article that KPU makes one about an election."""
    reading = read(title, text or "Ketua KPU berbicara tentang pilkada.")
    assert reading.election is not None
    assert reading.election.about
    return {topic.name: (topic.role, topic.modality) for topic in reading.topics}


@dataclass(frozen=True, slots=True)
class Told:
    """What an article is about as a person read it, and as the code does: `main politik_uang warned`, ids of actors."""

    title: str
    topics: frozenset[str]
    actors: frozenset[str]
    found_topics: frozenset[str]
    found_actors: frozenset[str]


@cache
def told(name: str) -> tuple[Told, ...]:
    made = []
    for article in tomllib.loads((WRITTEN / f"{name}.toml").read_text("utf-8"))["article"]:
        reading = read(article["title"], article["text"])
        topics = (" ".join(filter(None, (topic.role, topic.name, topic.modality))) for topic in reading.topics)
        made.append(
            Told(
                article["title"],
                frozenset(article["topics"]),
                frozenset(article["actors"]),
                frozenset(topics),
                frozenset(actor.id for actor in reading.actors),
            )
        )
    return tuple(made)


def parts(said: frozenset[str], words: int, role: str = "") -> frozenset[str]:
    return frozenset(" ".join(one.split()[:words]) for one in said if one.startswith(role))


def names(said: frozenset[str]) -> frozenset[str]:
    return frozenset(one.split()[1] for one in said)


def score(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> float:
    counts = Counter[str]()
    for meant, found in pairs:
        counts.update(right=len(meant & found), meant=len(meant), found=len(found))
    return 2 * counts["right"] / (counts["meant"] + counts["found"])


@pytest.mark.parametrize(
    ("file", "main", "named", "spoken"),
    [("first", 0.94, 0.94, 0.94), ("second", 0.93, 0.98, 0.84)],
    ids=["first", "second"],
)
def test_articles_of_our_own_writing_have_the_topics_that_we_meant(
    file: str, main: float, named: float, spoken: float
) -> None:
    """F1 of main topics, of all that are named, and of main topics with their modality; floors that rise by hand.

    The 32 of the first file were written before the table was run on anything: 0.919, 0.918, 0.865; the 31 of the second
    afterwards, to be harder: 0.917, 0.962, 0.806. Then the table was mended after a look at both: 0.943, 0.943, 0.943
    and 0.932, 0.990, 0.849. Table and articles have one author: expect less of others.
    """
    articles = told(file)
    assert score([(parts(one.topics, 2, "main"), parts(one.found_topics, 2, "main")) for one in articles]) >= main
    assert score([(names(one.topics), names(one.found_topics)) for one in articles]) >= named
    assert score([(parts(one.topics, 3, "main"), parts(one.found_topics, 3, "main")) for one in articles]) >= spoken


@pytest.mark.parametrize("file", ["first", "second"])
def test_articles_of_our_own_writing_name_whom_we_meant(file: str) -> None:
    """Right in all 63 at the first run."""
    assert [one.title for one in told(file) if one.actors != one.found_actors] == []


MAIN, MENTION = TagRole.MAIN, TagRole.MENTION


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("Bawaslu mengimbau warga menolak politik uang.", Modality.WARNED),
        ("Bawaslu menerima laporan politik uang.", Modality.CLAIM_REPORTED),
        ("Politik uang diduga terjadi di dua desa.", Modality.CLAIM_REPORTED),
        ("Belum ada laporan politik uang.", None),
        ("Bawaslu tidak menemukan dugaan politik uang.", None),
        ("Ia mengingatkan agar dugaan politik uang dicatat.", Modality.WARNED),
        ("Setelah memeriksa pelaku politik uang, Bawaslu mengimbau warga tenang.", Modality.CLAIM_REPORTED),
        ("Bawaslu mengimbau warga tenang setelah menerima laporan politik uang.", Modality.CLAIM_REPORTED),
        ("Jika ada politik uang, warga dapat melapor.", None),
        ("Politik uang dibahas dalam diskusi.", None),
        ("Warga diimbau tertib. Politik uang dibahas dalam diskusi.", None),
    ],
)
def test_how_a_topic_is_spoken_of_is_read_in_its_own_sentence(sentence: str, modality: Modality | None) -> None:
    assert said("KPU Gelar Diskusi", f"Ketua KPU hadir.\n\n{sentence}")["politik_uang"] == (MENTION, modality)


def test_what_is_said_once_on_the_way_is_a_mention_and_in_the_headline_the_main_topic() -> None:
    text = "Ketua KPU hadir.\n\nTopiknya netralitas, logistik, dan politik uang.\n\nNetralitas dibahas paling lama."
    assert said("KPU Gelar Diskusi", text) == {
        "asn_netralitas": (MAIN, None),
        "logistik": (MENTION, None),
        "politik_uang": (MENTION, None),
    }
    assert said("KPU Bahas Logistik", text)["logistik"] == (MAIN, None)


def test_a_longer_phrase_holds_the_words_of_a_shorter_one() -> None:
    assert set(said("KPU Siapkan Pemungutan Suara Ulang")) == {"psu"}
    assert set(said("KPU Jelaskan Kampanye Hitam")) == {"hoaks_sara"}


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Kades Diduga Kampanyekan Paslon", "asn_netralitas"),
        ("Kepala Desa Mengampanyekan Calon Bupati", "asn_netralitas"),
        ("Lurah Dukung Paslon Petahana", "asn_netralitas"),
        ("Warga Terima Amplop Rp100 Ribu dari Tim Sukses Pilkada", "politik_uang"),
    ],
)
def test_a_verb_in_its_other_forms_is_the_same_topic(title: str, topic: str) -> None:
    assert said(title)[topic][0] is MAIN
    assert "asn_netralitas" not in said("Camat Dukung Kelancaran Pilkada")


def test_there_are_no_topics_in_what_is_about_no_election() -> None:
    reading = read("Polisi Tangkap Pelaku Kekerasan", "Kekerasan terjadi di pasar. Banjir juga merendam gudang.")
    assert (reading.topics, reading.codebook) == ((), f"{PACK.version}; regions {gazetteer.digest()}")


def test_spans_say_where_the_words_stand_and_are_bounded() -> None:
    reading = read("KPU dan Politik Uang", "Pilkada tiba.\n\n" + "Politik uang marak. " * 40)
    (topic,) = [topic for topic in reading.topics if topic.name == "politik_uang"]
    assert len(topic.spans) == 20
    texts = {"title": reading.title, "body": "\n\n".join(reading.body)}
    assert {texts[span.field][span.start : span.end].lower() for span in topic.spans} == {"politik uang"}
    assert all(texts[span.field][span.start : span.end] == span.text for span in topic.spans)


def test_no_record_joins_a_topic_or_an_allegation_to_a_person() -> None:
    """An actor is who is named and where; a topic is what is spoken of and where; neither knows of the other."""
    assert [field.name for field in fields(Actor)] == ["id", "name", "role", "spans"]
    assert [field.name for field in fields(Topic)] == ["name", "role", "modality", "spans"]


def test_topics_and_actors_cost_little() -> None:
    """0.24 ms for 400 words on a core that others used too; the bar leaves more room."""
    articles = [
        (article["title"], article["text"] * 6)
        for article in tomllib.loads((WRITTEN / "first.toml").read_text("utf-8"))["article"]
    ]
    taken = [Words.of(title, text.strip().split("\n\n")) for title, text in articles]
    began = time.process_time()
    for words in taken:
        topics(PACK.codebook, words)
        actors(PACK.actors, words, day=DAY, regions=(("64.02",),))
    assert (time.process_time() - began) / len(articles) < 0.002


def test_a_line_of_nothing_but_triggers_and_names_costs_what_its_length_does() -> None:
    """0.1 s for 300 KB; what looked at each pair of words would take minutes."""
    began = time.process_time()
    for text in ("politik uang diduga ", "ASN x x x x ", "Rahmadi Sanjaya Rahmadi "):
        words = Words.of("Pilkada", ["Rahmadi Sanjaya hadir.", text * (100_000 // len(text))])
        topics(PACK.codebook, words)
        actors(PACK.actors, words, day=DAY, regions=(("64.02",),))
    assert time.process_time() - began < 5
