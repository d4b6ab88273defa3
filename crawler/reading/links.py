"""Addresses as pages write them; a broken one is no address, and never an error."""

from urllib.parse import SplitResult, urljoin, urlsplit

_NOWHERE = SplitResult("", "", "", "", "")


def joined(base: str, href: str) -> str | None:
    """The absolute address of a link; None for one that cannot be joined (`http://[`)."""
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return None


def parts(url: str) -> SplitResult:
    """The parts of an address; empty ones where it has none."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NOWHERE
