"""Records of a WordPress asked for by their numbers: a hundred times of change in one answer, or the records whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from crawler.discovery import Answer, Ask, Met, Reply, Step, WordPressRest
from crawler.discovery.wordpress import EMBED, FIELDS

WINDOW = "include"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the interface tells of a post: when it changed, as a source tells it, and where it stands."""

    modified: str | None
    url: str


class ByNumber(WordPressRest):
    """The REST interface of a WordPress, asked for posts by number; it moves no mark."""

    def times(self, numbers: Iterable[str]) -> Ask:
        """Ask when posts changed, and nothing of their text."""
        return self._include(numbers, {"_fields": "id,modified_gmt,link,status"})

    def whole(self, numbers: Iterable[str]) -> Ask:
        """Ask for posts as a crawl does."""
        return self._include(numbers, {"_fields": FIELDS, "_embed": EMBED})

    def _include(self, numbers: Iterable[str], more: Mapping[str, str]) -> Ask:
        asked = list(numbers)
        query = {"include": ",".join(asked), "per_page": len(asked), **more}
        return Ask(url=f"{self._endpoint}?{urlencode(query)}", window=WINDOW)

    def told(self, ask: Ask, reply: Reply) -> dict[str, Told]:
        """Give what an answer tells, by number.

        Raises:
            NotThisSourceError: it is none of the interface's.
        """
        stories = self.read(ask, reply).stories
        return {str(story.record): Told(modified=story.modified, url=story.url) for story in stories}

    def go_on(self, ask: Ask, answer: Answer, *, met: Met, now: object) -> Step:  # noqa: ARG002
        """Nothing follows from posts that were asked for by number."""
        return Step()
