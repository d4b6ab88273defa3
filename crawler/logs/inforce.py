"""The log as the settings in force have it."""

from msgspec import to_builtins

from crawler import logs
from crawler.config import Loaded
from crawler.secrets import in_settings


def follow(loaded: Loaded) -> Loaded:
    """Write the log as settings say, without their secrets; give them."""
    own = loaded.settings.log
    file = str((loaded.home.root / own.file).absolute()) if own.file else None
    logs.follow(logs.Options(format=own.format, file=file, hidden=in_settings(to_builtins(loaded.settings))))
    return loaded
