"""The settings read anew for the daemon: held to all that a start holds them to before any of them is in force."""

from typing import TYPE_CHECKING

from crawler.config import Loaded, SettingsError, election_pack
from crawler.declaration import DeclarationError
from crawler.logs.inforce import follow
from crawler.outlets import proved
from crawler.runner import check_contact
from crawler.works import host_of, timetable
from scheduler.reload import RefusedError, Renewal

if TYPE_CHECKING:
    from crawler.cli import App


def renewed(app: "App") -> Renewal:
    """Read the settings anew.

    Raises:
        RefusedError: the daemon could not start with them.
    """
    try:
        loaded = app.read()
        outlets = _proved(loaded)
        times = timetable(loaded)
    except (SettingsError, DeclarationError) as error:
        raise RefusedError(str(error)) from error
    old, new = app.loaded.settings, loaded.settings
    for key, fixed in (
        ("archive.url", old.archive.url == new.archive.url),
        ("schedule.metrics", old.schedule.metrics == new.schedule.metrics),
    ):
        if not fixed:
            raise RefusedError(f"{key} is changed, which only a start can do: stop the scheduler and start it again")
    hosts = {slug: host_of(outlet) for slug, outlet in loaded.settings.outlets.items()}
    return Renewal(timetable=times, outlets=outlets, hosts=hosts, take_effect=lambda: _adopt(app, loaded))


def _adopt(app: "App", loaded: Loaded) -> None:
    """Go by other settings in all that is begun from now on."""
    app.watch.courier.stop()
    for made in ("timetable", "watch"):
        vars(app).pop(made, None)
    vars(app)["loaded"] = follow(loaded)
    app.runner.adopt(loaded)
    app.watch.start()


def _proved(loaded: Loaded) -> list[str]:
    """Give the outlets that are enabled, each fit to be crawled."""
    election_pack(loaded)
    enabled = {slug: outlet for slug, outlet in loaded.settings.outlets.items() if outlet.enabled}
    if not enabled:
        raise SettingsError(f"{loaded.home.settings_file}: no outlet is enabled")
    for slug, outlet in enabled.items():
        check_contact(slug, loaded.settings.crawl, outlet.base_url)
        proved(slug, outlet.family, starts=tuple(outlet.lists), article=outlet.stories)
    return list(enabled)
