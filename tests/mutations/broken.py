"""What happens to sites: each breaks what one of the sample outlets answers, and must be noticed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from archive.records import Health
from crawler.sample.absent import challenge, to_home
from crawler.sample.server import TEXT, Answer

Change = Callable[[str, Answer, Mapping[str, Answer]], Answer]
"""What is answered in the stead of an answer to a target; with what was answered before anything broke."""
SHELL = b'<!DOCTYPE html><html lang="id"><head><title>Sumsel</title></head><body><div id="app"></div><script src="/js/app.js"></script></body></html>'


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """What breaks at an outlet, and how that must be told."""

    outlet: str
    change: Change
    state: Health
    cause: str


def text(change: Callable[[str], str], *, at: str = "") -> Change:
    """Change the text of what is answered at addresses that match."""

    def changed(target: str, said: Answer, _before: object) -> Answer:
        if not re.match(at, target) or said.status != 200 or target == "/robots.txt":
            return said
        return replace(said, body=change(said.body.decode()).encode())

    return changed


def instead(answer: Answer, *, at: str = "(?!/robots.txt)") -> Change:
    """Answer something else at addresses that match."""

    def answered(target: str, said: Answer, _before: object) -> Answer:
        return answer if re.match(at, target) else said

    return answered


def _without(pattern: str) -> Callable[[str], str]:
    return lambda page: re.sub(pattern, "", page, flags=re.DOTALL)


def _garbled(page: str) -> str:
    """UTF-8 that a server took for Windows-1252."""
    return page.replace("“", "â€œ").replace("”", "â€\x9d")


def _short(page: str) -> str:
    """Of each text in an answer of the REST interface its beginning."""
    return re.sub(r'("content":\{"rendered":")((?:[^"\\]|\\.){60}).*?(","protected")', r"\1\2\3", page)


def _redesigned(page: str) -> str:
    """The same words under other class names, in elements that say nothing of what they hold."""
    page = re.sub(r'class="[^"]*"', 'class="x"', page)
    return re.sub(r"(</?)(?:main|article|h1|p|time|aside|ol|li)\b", r"\1div", page)


def _moved(page: str) -> str:
    return page.replace('class="card', 'class="kartu').replace('href="', 'data-href="')


SHUT = Answer(headers=(TEXT,), body=b"User-agent: *\nDisallow: /\n")
LIST, POPOJI, WORDPRESS = "sumsel-sampel", "kaltim-sampel", "kabar-sampel"

MUTATIONS: dict[str, Mutation] = {
    "an application that needs JavaScript": Mutation(
        outlet=LIST, change=instead(Answer(body=SHELL)), state=Health.DEGRADED, cause="sources"
    ),
    "a list without links": Mutation(
        outlet=LIST, change=text(_moved, at=r"/article(\?|$)"), state=Health.DEGRADED, cause="sources"
    ),
    "a theme of other classes and elements": Mutation(
        outlet=LIST,
        change=text(_redesigned),
        state=Health.DEGRADED,
        cause="fields",
    ),
    "a list that moved": Mutation(
        outlet=LIST,
        change=instead(Answer(status=404), at=r"/article(\?|$)"),
        state=Health.DEGRADED,
        cause="sources",
    ),
    # It alone says at what time a story came: that is missed first.
    "a feed that stands still": Mutation(
        outlet=POPOJI,
        change=lambda target, said, before: before.get(target, said) if target == "/feed" else said,
        state=Health.DEGRADED,
        cause="fields",
    ),
    "dates that are gone": Mutation(
        outlet=LIST,
        change=text(_without(r"\d{1,2} (?:November|Desember) 2024|\d+ (?:detik|menit|jam|hari|minggu)[a-z ]* lalu")),
        state=Health.DEGRADED,
        cause="fields",
    ),
    "texts that are cut short": Mutation(
        outlet=WORDPRESS, change=text(_short, at="/wp-json/wp/v2/posts"), state=Health.DEGRADED, cause="fields"
    ),
    "a challenge with status 200": Mutation(
        outlet=WORDPRESS, change=instead(challenge(200)), state=Health.BLOCKED, cause="challenge"
    ),
    "a refusal": Mutation(outlet=POPOJI, change=instead(Answer(status=403)), state=Health.BLOCKED, cause="refused"),
    "a robots.txt that shuts us out": Mutation(
        outlet=LIST, change=instead(SHUT, at="/robots.txt"), state=Health.BLOCKED, cause="robots"
    ),
    "the home page at every story's address": Mutation(
        outlet=LIST, change=instead(to_home(""), at="/article/"), state=Health.DEGRADED, cause="pages"
    ),
    "letters that were decoded wrong": Mutation(
        outlet=POPOJI, change=text(_garbled), state=Health.DEGRADED, cause="fields"
    ),
}
