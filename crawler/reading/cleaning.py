"""The rules that take out of the body what is not its own text, in the order and with the guards of OUTLETS 6.

`RULES` is the one list of them: what each takes, what it holds back, and which step does it. Their words and patterns are
data of the family or the outlet (`rules.py`, `wording.py`). What a rule took stands in `removed` under its name, so that
it can be judged and undone. R0.4's "either of two identical neighbours" is not among them: it repairs text extractors
that print an image's `alt` beside its caption, which a walk of the document does not do, and an editor's repeated
paragraph is the article's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawler.reading.blocks import Block
from crawler.reading.cleaned import Cleaned, Given
from crawler.reading.endings import credit_lines, endings
from crawler.reading.lines import by_line, see_also
from crawler.reading.openings import above, dateline, headline, lead_credit, said_twice
from crawler.reading.places import is_place
from crawler.reading.rules import Rules


def clean(
    blocks: Sequence[Block],
    rules: Rules,
    *,
    title: str,
    caption: str | None,
    outlet: tuple[str, ...],
    place: Callable[[str], bool] = is_place,
    loose: bool = False,
) -> Cleaned:
    """The article's own blocks; every step has run once, in the order of `RULES`.

    `loose` says that the blocks begin above the headline, because no container is known that begins below it.
    """
    cleaned = Cleaned(list(blocks))
    given = Given(rules=rules, title=title, caption=caption, outlet=outlet, place=place, loose=loose)
    for step in _STEPS:
        step(cleaned, given)
    return cleaned


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of cleaning: by which name it stands in `removed`, from where it is, and in words what it does."""

    name: str
    source: str
    takes: str
    holds: str
    step: Callable[[Cleaned, Given], None] | None


RULES = (
    Rule(
        "not_text",
        "OUTLETS 5",
        "a block of the container that trafilatura, too, takes for no text",
        "all of a container below 400 characters, of one without boxes or lines that are mostly link, or of which trafilatura finds less than half",
        None,
    ),
    Rule(
        "boilerplate",
        "R0.2",
        "a line such as `Leave a Reply`, `TAGS:`, `- Advertisement -`, `Dibaca 214 kali`, and the family's and the outlet's own",
        "any line that has more words; a table's cell; an item among other items",
        by_line,
    ),
    Rule(
        "below_heading",
        "R0.2",
        "what stands below a heading of comments, tags or other stories",
        "all before the last quarter of the text, unless the family says `cut`",
        by_line,
    ),
    Rule("comments", "R1", "`3 Komentar`, `One response to “…”`", "a sentence: `3 komentar saksi dicatat.`", by_line),
    Rule(
        "syndicated",
        "R2",
        "`The post … appeared first on …`, in Indonesian too",
        "an Indonesian line without a link, or one that somebody says",
        by_line,
    ),
    Rule(
        "channel",
        "DOMAIN 1.6",
        "an invitation to the outlet's channel: `Cek berita lain di Google News`",
        "a line without a link or Google News before the last three; what somebody says",
        by_line,
    ),
    Rule(
        "share",
        "DOMAIN 1.6",
        "`Bagikan ini`, `Share on Facebook`, a row of such services",
        "a service's name alone that no sharing link bears; an item of a list; a sentence",
        by_line,
    ),
    Rule(
        "tag_line",
        "DOMAIN 1.6",
        "`Tag: KPU, Pilkada`, `Kategori : Politik`, a row of hashtags",
        "a line without links before the last three, or of more than eight words; an item; a sentence",
        by_line,
    ),
    Rule(
        "page_number",
        "DOMAIN 1.6",
        "`1 2 3`, `Halaman 2 dari 3`, `Laman: 1 2`",
        "numbers that do not count up from 1; an item; a cell; a sentence",
        by_line,
    ),
    Rule(
        "advertisement",
        "DOMAIN 1.6",
        "`Scroll untuk lanjut membaca`, `Artikel berlanjut setelah iklan`",
        "a sentence; a cell; an item among other items",
        by_line,
    ),
    Rule(
        "republished",
        "DOMAIN 1.4",
        "`Artikel ini telah tayang di NAME …`; the page is flagged `republished`",
        "a line before the last three, one that names no outlet, or goes on with its sentence, or that somebody says",
        by_line,
    ),
    Rule(
        "see_also",
        "R0.3",
        "`Baca juga: …`, and the links below such a heading; its links are `related`",
        "a sentence, and what has 160 characters or more, unless nearly all of it is link",
        see_also,
    ),
    Rule(
        "above_headline",
        "R4",
        "what stands above the headline where the container is unknown; the last label is the section",
        "everything, if one of these lines is long, a sentence or a cell",
        above,
    ),
    Rule(
        "byline",
        "R4",
        "below the headline, a line of nothing but a name and a day; a day alone on the first line",
        "a line with other words; a day, where further lines are days too",
        above,
    ),
    Rule(
        "headline",
        "R0.4",
        "a leading line that is the headline, or as like it as 95 %",
        "the only line; a cell; an item; a line further down",
        headline,
    ),
    Rule("caption", "R0.4", "the lead picture's caption, within the first three lines", "further down", headline),
    Rule(
        "said_twice",
        "DOMAIN 1.6",
        "the second printing of a whole text",
        "a repeated paragraph; fewer than three lines",
        said_twice,
    ),
    Rule(
        "lead_credit",
        "DOMAIN 1.3",
        "`Reporter : NAME`, `Laporan Wartawan OUTLET, NAME` above the lead",
        "what follows the label and is no name; a line with one other line only",
        lead_credit,
    ),
    Rule(
        "dateline",
        "R0.5",
        "`TENGGARONG –`, `Kabar, SAMARINDA -` on the first line, or below a note such as `Ralat: …`",
        "prose with a dash; every later line; a cell; an item",
        dateline,
    ),
    Rule(
        "credit_line",
        "R1",
        "`Penulis: NAME/ Penyunting: NAME` among the last three lines, and such lines right above them",
        "what follows the label and is no name; a line higher up; the last line that is left",
        credit_lines,
    ),
    Rule(
        "source_line",
        "DOMAIN 1.6",
        "`Sumber: NAME`, `Foto: NAME` among the last three lines",
        "a value of many words, with a digit or a full stop; a line higher up",
        credit_lines,
    ),
    Rule(
        "closing_star",
        "R1",
        "` *`, `***`, `(*)` behind the last word",
        "a star at a word; the only line",
        endings,
    ),
    Rule(
        "sign_off",
        "R0.6",
        "initials in brackets behind the last word: `(wti/drm)`",
        "dates, acronyms, places and words of the language in brackets; the only line",
        endings,
    ),
)
"""Every name that can stand in `removed`, in the order in which the rules run."""

_STEPS = tuple(dict.fromkeys(rule.step for rule in RULES if rule.step is not None))
