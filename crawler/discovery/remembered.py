"""What a walk has met, in memory that does not grow with the list."""

import hashlib
from collections.abc import Iterable

BYTES = 2**18
"""Of 100,000 stories one in five hundred is taken for one that was met, of a million not half."""
PLACES = 3


class Remembered:
    """A Bloom filter: it knows everything that was met, and takes a few other things for met too.

    A walk ends where several pages in a row show nothing further; that all cards of those are mistaken does not happen.
    """

    def __init__(self) -> None:
        self._bits = bytearray(BYTES)

    def further(self, names: Iterable[str]) -> bool:
        """Remember names; say whether any of them was not met before."""
        any_new = False
        for name in names:
            digest = hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=4 * PLACES).digest()
            for start in range(0, len(digest), 4):
                place, bit = divmod(int.from_bytes(digest[start : start + 4]) % (8 * BYTES), 8)
                any_new = any_new or not self._bits[place] >> bit & 1
                self._bits[place] |= 1 << bit
        return any_new
