"""The small markup in which the sample posts are typed, as HTML and as what a reader sees of it.

A block is a paragraph, unless it starts with

    ## words                a sub-heading
    > words                 a quotation
    - words                 a list, one line an item
    | cell | cell           a table, one line a row, the first one its head
    !figure file | caption  a picture inside the text
    <!--nextpage-->         the end of one page of an article that has several

Inside a line `**words**` is bold and `[words](slug)` links to another post of the site.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

NEXTPAGE = "<!--nextpage-->"

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\)")
_PREFIX = re.compile(r"^(?:## |> |- )")


def text(words: str) -> str:
    """Words as WordPress prints them: markup escaped, no-break spaces as an entity."""
    return escape(words, quote=False).replace("\u00a0", "&nbsp;")


def heading(words: str) -> str:
    """A title as WordPress prints it: the typographic signs as numeric entities too, as `wptexturize` leaves them."""
    return "".join(f"&#{ord(sign)};" if sign in "–—‘’“”…" else sign for sign in text(words))


def parts(blocks: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The blocks of each page of an article; one page where nothing parts them."""
    pages: list[list[str]] = [[]]
    for block in blocks:
        if block == NEXTPAGE:
            pages.append([])
        else:
            pages[-1].append(block)
    return tuple(tuple(page) for page in pages)


def rendered(blocks: Sequence[str], *, links: Mapping[str, str], uploads: str) -> str:
    """The HTML of some blocks; `links` leads from a slug to an address, `uploads` is the address of the pictures."""
    return "\n".join(_html(block, links, uploads) for block in blocks) + "\n"


def lines(block: str) -> tuple[str, ...]:
    """What a reader sees of a block, a line for each paragraph, list item, table cell or caption."""
    if block == NEXTPAGE:
        return ()
    if block.startswith("!figure "):
        return (_figure(block)[1],)
    rows = block.split("\n")
    if block.startswith("|"):
        return tuple(_plain(cell) for row in rows for cell in _cells(row))
    return tuple(_plain(_PREFIX.sub("", row)) for row in rows)


def linked(block: str) -> tuple[str, ...]:
    """The slugs of the posts that a block links to."""
    return tuple(slug for _, slug in _LINK.findall(block))


def _plain(words: str) -> str:
    return _BOLD.sub(r"\1", _LINK.sub(r"\1", words))


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def _figure(block: str) -> tuple[str, str]:
    name, _, caption = block.removeprefix("!figure ").partition(" | ")
    return name, caption


def _inline(words: str, links: Mapping[str, str]) -> str:
    bold = _BOLD.sub(r"<strong>\1</strong>", text(words))
    return _LINK.sub(lambda found: f'<a href="{links.get(found[2], "/" + found[2] + "/")}">{found[1]}</a>', bold)


def _html(block: str, links: Mapping[str, str], uploads: str) -> str:
    rows = [_inline(row, links) for row in block.split("\n")]
    if block == NEXTPAGE:
        return f"<p>{NEXTPAGE}</p>"
    if block.startswith("## "):
        return f"<h3>{rows[0][3:]}</h3>"
    if block.startswith("> "):
        # `>` is an entity by now
        return "<blockquote>" + "".join(f"<p>{row.removeprefix('&gt; ')}</p>" for row in rows) + "</blockquote>"
    if block.startswith("- "):
        return "<ul>\n" + "\n".join(f"<li>{row[2:]}</li>" for row in rows) + "\n</ul>"
    if block.startswith("|"):
        head, *rest = rows
        body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(row)) + "</tr>" for row in rest)
        top = "<tr>" + "".join(f"<th>{cell}</th>" for cell in _cells(head)) + "</tr>"
        return f"<table>\n<thead>{top}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    if block.startswith("!figure "):
        name, caption = _figure(block)
        image = f'<img class="size-full" src="{uploads}{escape(name)}" alt="" width="900" height="600" />'
        return f'<figure class="wp-caption aligncenter">{image}<figcaption class="wp-caption-text">{text(caption)}</figcaption></figure>'
    return "<p>" + "<br />\n".join(rows) + "</p>"
