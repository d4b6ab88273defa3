"""What PopojiCMS makes of what editors type: titles, cut texts, days, and the HTML of TinyMCE (OUTLETS.md 3.3, 3.4)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby

from crawler.sample.markup import NEXTPAGE, lines, rendered, text
from crawler.sample.months import MONTHS
from crawler.sample.posts import ZONE, Post

_LOST = str.maketrans("", "", "'\"#;[]{}()|~!%$^*=?+\\`")
_JUSTIFIED = '<p style="text-align: justify;">'
_SPAN = '<span style="font-size: 12pt; font-family: arial, helvetica, sans-serif;">'


def stored(title: str) -> str:
    """A headline as the database keeps it, without the signs that are taken out when it is saved."""
    return re.sub(r" {2,}", " ", title.translate(_LOST)).strip()


def day(moment: datetime) -> str:
    """A day in words, `05 November 2024`; nothing on the pages says more about a time."""
    local = moment.astimezone(ZONE)
    return f"{local.day:02} {MONTHS[local.month - 1]} {local.year}"


def cut(post: Post, size: int) -> str:
    """The beginning of a text without markup: at most `size` bytes, ending before the last space among them."""
    words = "\n".join(line for block in post.blocks for line in lines(block))
    return words.encode()[:size].rpartition(b" ")[0].decode(errors="ignore")


def typed(post: Post, *, links: Mapping[str, str], uploads: str) -> str:
    """The body of a post as the editor's TinyMCE left it.

    Habits differ from post to post, by its id: every third text was pasted, so that paragraphs are parted by line breaks
    only; another third is typed, with an empty paragraph after each; the rest carries the spans of a word processor.
    """
    blocks = [_html(block, links, uploads) for block in post.blocks]
    match post.id % 3:
        case 0:
            return "\n".join(_pasted(blocks))
        case 1:
            joint = f"\n{_JUSTIFIED}&nbsp;</p>\n"
            return joint.join(_paragraph(block, _JUSTIFIED, "</p>") for block in blocks)
        case _:
            return "\n".join(_paragraph(block, _JUSTIFIED + _SPAN, "</span></p>") for block in blocks)


def _paragraph(block: str, start: str, end: str) -> str:
    return start + block[3:-4] + end if block.startswith("<p>") else block


def _pasted(blocks: Sequence[str]) -> Iterator[str]:
    """Runs of paragraphs as one paragraph each; a list or a heading between them ends a run."""
    for plain, run in groupby(blocks, key=lambda block: block.startswith("<p>")):
        if plain:
            yield _JUSTIFIED + "<br /><br />".join(block[3:-4] for block in run) + "</p>"
        else:
            yield from run


def _html(block: str, links: Mapping[str, str], uploads: str) -> str:
    if block == NEXTPAGE:
        return "<!-- pagebreak -->"
    if block.startswith("!figure "):
        name = block.removeprefix("!figure ").partition(" | ")[0]
        (caption,) = lines(block)
        return f'<p><img src="{uploads}{escape(name)}" alt="" width="900" height="600" /><br /><em>{text(caption)}</em></p>'
    return rendered((block,), links=links, uploads=uploads).strip()
