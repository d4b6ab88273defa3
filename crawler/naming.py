"""By which addresses and names an outlet's stories are known, whatever the form in which a page or an answer has them."""

import re
from collections.abc import Iterable

from archive.frontier import Sight
from archive.records import GUID, Key
from archive.spots import Spot
from crawler.addresses import RULES_VERSION, below, canonical, whole, without_user
from crawler.declaration import Declaration
from crawler.discovery import Story
from crawler.guard import Boundary


class Naming:
    """The addresses of one outlet, as declared and as crawled this time."""

    def __init__(self, base_url: str, declared_url: str, declared: type[Declaration]) -> None:
        self._base_url = base_url
        self._declared_url = declared_url
        self._declared = declared
        self._crawled = Boundary((base_url,))
        self._own = Boundary((base_url, declared_url))

    def spot(self, url: str) -> Spot | None:
        """Give an address of the outlet in canonical form; None for any other.

        Two outlets at one host are told apart by their paths.
        """
        url = without_user(url)
        if not self._own.admits(url) or all(below(url, base) is None for base in (self._base_url, self._declared_url)):
            return None
        base_url = self._base_url if self._crawled.admits(url) else self._declared_url
        form = canonical(url, base_url, self._declared.form)
        return Spot(canonical=form, raw=url, rules_version=RULES_VERSION) if form is not None else None

    def sight(self, story: Story, source: str) -> Sight | None:
        """Give what a source told of a story as the archive notes it; None for a story that is not the outlet's."""
        spot = self.spot(story.url)
        if spot is None:
            return None
        return Sight(
            canonical=spot.canonical,
            raw=spot.raw,
            source=source,
            whole=whole(spot.canonical),
            title=story.title or None,
            published=story.published,
            modified=story.modified,
            section=story.section,
        )

    def forms(self, url: str) -> tuple[str, str | None] | None:
        """Give the canonical form of a story's address at whatever host it once was, and of what it may be a part."""
        form = canonical(url, self._declared_url, self._declared.form)
        return (form, whole(form)) if form is not None else None

    def claimed(self, url: str | None) -> Spot | None:
        """Give the address that a page names as its own, where a story of the outlet can have such an address."""
        spot = self.spot(url) if url else None
        if spot is None or spot.canonical == "/":
            return None
        listing = self._declared.listing
        return spot if listing is None or re.fullmatch(listing.article, spot.canonical) else None

    def names(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Give a story's names as they identify it: a guid of the outlet's own in canonical form, any other as it is.

        A guid that only repeats the number, as a WordPress writes it unless the post came from another system, or the
        address, says nothing more and is left out.
        """
        keys = tuple(keys)
        numbers = {f"/?p={key.value}" for key in keys if key.scheme != GUID}
        named = [key if key.scheme != GUID else Key(scheme=GUID, value=self._guid(key.value)) for key in keys]
        return tuple(key for key in named if key.value and key.value not in numbers)

    def _guid(self, text: str) -> str:
        spot = self.spot(text)
        if spot is None:
            return re.sub(r"^https?://", "", text)
        return spot.canonical if "?" in spot.canonical else ""
