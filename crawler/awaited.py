"""Stories whose further pages are being fetched: nothing of one is stored before each of them came or failed."""

from collections.abc import Iterable


class Awaited:
    """Which visits wait for which further pages; a killed crawl's next one finds both again in the database."""

    def __init__(self) -> None:
        self._pages: dict[int, set[int]] = {}

    @property
    def visits(self) -> list[int]:
        """The ids of the visits that wait."""
        return list(self._pages)

    def wait(self, visit_id: int, address_ids: Iterable[int]) -> None:
        """Have a visit wait for pages."""
        self._pages[visit_id] = set(address_ids)

    def settle(self, address_id: int) -> int | None:
        """Note that a page came or failed; give how many visits wait for nothing more, None if none waited for it."""
        waiting = [visit_id for visit_id, pages in self._pages.items() if address_id in pages]
        for visit_id in waiting:
            self._pages[visit_id].discard(address_id)
        ready = [visit_id for visit_id in waiting if not self._pages[visit_id]]
        for visit_id in ready:
            del self._pages[visit_id]
        return len(ready) if waiting else None
