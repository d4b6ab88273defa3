"""Log lines of all our processes, written alike: for people on a terminal, as JSON for programs, on stderr and in a file."""

from crawler.logs.handler import OURS, begin, follow, heard, in_force, rid_of_secrets, speak_from
from crawler.logs.options import LogSettings, Options

__all__ = ["OURS", "LogSettings", "Options", "begin", "follow", "heard", "in_force", "rid_of_secrets", "speak_from"]
