"""What kept a crawl from its work, as its run keeps it: by these kinds, and not by its words, an outlet's health is judged."""

from enum import StrEnum


class Trouble(StrEnum):
    """Whose doing it was that a crawl could not do its work."""

    ROBOTS = "robots"
    """robots.txt asks us not to fetch what the outlet's sources are."""
    CHALLENGE = "challenge"
    """A shield asks a browser to prove itself."""
    REFUSED = "refused"
    """The site answers 401 or 403."""
    ASKED = "asked"
    """The site answers 429."""
    WAITING = "waiting"
    """The site asked for patience before: nothing was sent, so the run tells nothing of the site."""
    DOWN = "down"
    """No answer, or one of 500 and more."""
    SOURCES = "sources"
    """The site answers, and no source of stories is what it was."""
    OURS = "ours"
    """The disk, the database, a bug: the run tells nothing of the site."""


UNTOLD = frozenset({Trouble.WAITING, Trouble.OURS})
"""Of the site a run with one of these tells nothing."""
