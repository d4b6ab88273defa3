"""What can go wrong in the scheduler."""


class SchedulerError(Exception):
    """Base of all; its text is one line for a person."""
