"""What can go wrong in the archive, by what the caller can do about it."""


class ArchiveError(Exception):
    """Base of all; its text is one line for a person."""


class ArchiveUnavailableError(ArchiveError):
    """The database or a file cannot be read or written now: disk full, no permission, locked for too long."""


class SchemaError(ArchiveError):
    """The database was made by another version of Pilkada."""


class SupersededError(ArchiveError):
    """Another crawl of the same outlet has taken over; this one must stop writing."""


class NotFoundError(ArchiveError):
    """What was asked for is not in the archive."""


class BusyError(ArchiveError):
    """Another process does what was asked for."""
