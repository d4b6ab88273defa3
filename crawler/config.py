"""Settings: read once from `pilkada.toml` and the environment, checked, and passed down as values."""

import difflib
import os
import re
import tomllib
import typing
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import fields

from archive import regions
from archive.settings import ArchiveSettings, Home
from crawler import faults
from crawler.declaration import SLUG, DeclarationError, Family
from crawler.logs import LogSettings
from crawler.outlets import shipped
from crawler.rechecks.settings import VisitSettings
from crawler.rechecks.settings import faults as visit_faults
from scheduler.alertsettings import AlertSettings
from scheduler.alertsettings import faults as alert_faults
from scheduler.settings import ScheduleSettings
from scheduler.settings import faults as schedule_faults

if typing.TYPE_CHECKING:
    from crawler.reading.pack import Pack

PREFIX = "PILKADA_"
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
"""Indonesia's zones by the names that people use."""
SECTIONS = tuple(
    f"{PREFIX}{section}_"
    for section in ("ALERTS", "ARCHIVE", "CRAWL", "ELECTION", "LOG", "OUTLETS", "SCHEDULE", "VISITS")
)

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class SettingsError(Exception):
    """A setting is unknown or has a bad value; the text names the key."""


class CrawlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[crawl]` in pilkada.toml; CONTRACT.md says what each key means."""

    contact: str | None = None
    delay: float = 2.0
    allow_hosts: list[str] = []
    deadline: float = 3600.0
    memory_mb: int = 512
    reserve_mb: int | None = None
    pages: Literal["all", "election", "none"] = "election"


class ElectionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[election]` in pilkada.toml."""

    pack: str = "pilkada-2024"
    """A pack that ships, or the folder of another one: written with a /, in the home unless absolute."""
    actors: str | None = None
    """A list of one's own (actors.csv), in the home unless absolute; it comes before the pack's."""


class OutletSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[outlets.NAME]` in pilkada.toml: the declaration of one outlet."""

    family: Family
    base_url: str
    name: str
    timezone: str = ""
    """IANA name; of the family `wordpress` it may be left out, and the site is asked for it."""
    regions: list[str] = []
    enabled: bool = True
    delay: float | None = None
    lists: list[str] = []
    """Of the family `listing`: paths of the lists that hold every story, newest first."""
    stories: str | None = None
    """Of the family `listing`: a pattern that the whole path of a story matches."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings in force."""

    alerts: AlertSettings = AlertSettings()
    archive: ArchiveSettings = ArchiveSettings()
    crawl: CrawlSettings = CrawlSettings()
    election: ElectionSettings = ElectionSettings()
    log: LogSettings = LogSettings()
    outlets: dict[str, OutletSettings] = {}
    schedule: ScheduleSettings = ScheduleSettings()
    visits: VisitSettings = VisitSettings()


SECTION_OF: dict[str, type[msgspec.Struct]] = {
    "alerts": AlertSettings,
    "archive": ArchiveSettings,
    "crawl": CrawlSettings,
    "election": ElectionSettings,
    "log": LogSettings,
    "outlets": OutletSettings,
    "schedule": ScheduleSettings,
    "visits": VisitSettings,
}
WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a section",
}
"""What msgspec calls the types of values, in words of a settings file."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, the home they belong to, and where each value that is no default came from."""

    home: Home
    settings: Settings
    origins: dict[str, str]


def load(home: Path, *, config: Path | None = None, environment: Mapping[str, str] = os.environ) -> Loaded:
    """Read the settings of a home.

    Raises:
        SettingsError: a file cannot be read, a key is unknown or a value is wrong.
    """
    layout = Home(home)
    file = config or layout.settings_file
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    named: Collection[str] = ()
    if config is not None or file.exists():
        values = _read_file(file)
        origins = dict.fromkeys(_keys(values), str(file))
        named = tuple(values["outlets"]) if isinstance(values.get("outlets"), dict) else ()
    for name, raw in sorted(environment.items()):
        if name.startswith(SECTIONS) and "__" not in name:
            raise SettingsError(f"{name}: a section and its key are parted by two underscores, PILKADA_CRAWL__DELAY")
        if name.startswith(PREFIX) and "__" in name:
            keys = tuple(name.removeprefix(PREFIX).lower().split("__"))
            _put(values, keys, _typed(keys, raw), name)
            origins[".".join(keys)] = name
    outlets = values.pop("outlets", {})
    if not isinstance(outlets, dict):
        raise SettingsError(f"{file}: outlets: declare an outlet as [outlets.NAME]")
    declared = {
        slug: _convert(value, OutletSettings, f"outlets.{slug}", origins, file)
        for slug, value in _with_shipped(outlets, origins, named).items()
    }
    settings = msgspec.structs.replace(_convert(values, Settings, "", origins, file), outlets=declared)
    _check(settings)
    return Loaded(home=layout, settings=settings, origins=origins)


def election_pack(loaded: Loaded) -> "Pack":
    """Read what is known of the election that the settings name.

    Raises:
        SettingsError: there is no such pack, or it has a mistake; the text names the file and the line.
    """
    from crawler.reading.pack import load as load_pack
    from crawler.reading.tables import PackError

    try:
        settings = loaded.settings.election
        return load_pack(settings.pack, loaded.home.root, own_actors=settings.actors)
    except PackError as error:
        raise SettingsError(str(error)) from error


def _with_shipped(outlets: Mapping[str, Any], origins: dict[str, str], named: Collection[str]) -> dict[str, Any]:
    """Give what settings declare, and the outlets that ship, which settings may override key by key.

    A shipped outlet is crawled by `--all` and on schedule once the file has a section for it (it is `named`), or
    `enabled` says so: no installation asks a site for anything that nobody told it to, and a delay in the environment
    tells nothing of the kind.
    """
    try:
        known = shipped()
    except DeclarationError as error:
        raise SettingsError(str(error)) from error
    merged = dict(outlets)
    for slug, outlet in known.items():
        own = outlets.get(slug, {})
        if not isinstance(own, dict):
            continue  # refused as it stands
        values = {
            "family": outlet.family,
            "base_url": outlet.base_url,
            "name": outlet.outlet,
            "timezone": outlet.timezone,
            "regions": list(outlet.regions),
            "enabled": slug in named,
        }
        merged[slug] = values | own
        origins.update({f"outlets.{slug}.{key}": outlet.__module__ for key in values if key not in own})
        if slug in named and "enabled" not in own:
            del origins[f"outlets.{slug}.enabled"]  # true by default, since the file names it
    return merged


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not valid TOML: {_where(str(error))}") from error


def _where(text: str) -> str:
    """Give the reader's complaint; a section that stands twice by its name, as it is written."""
    twice = re.match(r"Cannot declare \((.*?),?\) twice (\(at line \d+)", text)
    if twice is None:
        return f"{text}; text stands in quotes" if text.startswith("Invalid value") else text
    name = ".".join(re.findall(r"'([^']*)'", twice[1]))
    return f"[{name}] stands there twice {twice[2]}): leave one of them"


def _keys(values: Mapping[str, Any], prefix: str = "") -> list[str]:
    found = []
    for key, value in values.items():
        found += _keys(value, f"{prefix}{key}.") if isinstance(value, dict) and value else [f"{prefix}{key}"]
    return found


def _put(values: dict[str, Any], keys: tuple[str, ...], value: Any, name: str) -> None:
    for key in keys[:-1]:
        values = values.setdefault(key, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{name}: {key} is not a section")
    values[keys[-1]] = value


def _typed(keys: tuple[str, ...], raw: str) -> Any:
    """Give an environment value in the shape of its key: a list from commas, the rest is converted later."""
    struct = SECTION_OF.get(keys[0])
    for field in fields(struct) if struct else ():
        if field.name == keys[-1] and typing.get_origin(field.type) is list:
            return [part.strip() for part in raw.split(",") if part.strip()]
    return raw


def _convert(value: Any, struct: type[_Struct], prefix: str, origins: Mapping[str, str], file: Path) -> _Struct:
    try:
        return msgspec.convert(value, struct, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_explain(error, prefix, origins, file)) from error


def _explain(error: msgspec.ValidationError, prefix: str, origins: Mapping[str, str], file: Path) -> str:
    """Turn msgspec's words into: where the value came from, its key, what is wrong with it."""
    text = str(error)
    where = re.search(r"`\$\.?(.*)`$", text)
    key = ".".join(part for part in (prefix, where[1] if where else "") if part)
    unknown = re.search(r"unknown field `(.*?)`", text)
    if unknown:
        key = f"{key}.{unknown[1]}".lstrip(".")
        close = difflib.get_close_matches(unknown[1], _keys_beside(key), 1)
        return f"{origins.get(key, file)}: unknown key {key}" + (f"; did you mean {close[0]}?" if close else "")
    missing = re.search(r"missing required field `(.*?)`", text)
    if missing:
        near = difflib.get_close_matches(key.removeprefix("outlets."), shipped(), 1)
        meant = f"; did you mean {near[0]}, which ships?" if near else ""
        return f"{file}: {key} lacks the key {missing[1]}{meant}"
    return f"{origins.get(key, file)}: {key}: {_allowed(key) or _plainly(text.split(' - at ')[0])}"


def _keys_beside(key: str) -> tuple[str, ...]:
    """Give the keys that may stand where an unknown one stands."""
    struct = SECTION_OF.get(key.partition(".")[0]) if "." in key else Settings
    return tuple(field.name for field in fields(struct)) if struct else ()


def _plainly(text: str) -> str:
    """Say in words of a settings file which type was expected."""
    types = re.fullmatch(r"Expected `(.*?)`, got `(\w+)`", text)
    if types is None:
        return text.lower()
    wanted = [WORDS.get(name, name) for name in types[1].split(" | ") if name != "null"]
    return f"must be {' or '.join(wanted)}, not {WORDS.get(types[2], types[2])}"


def _allowed(key: str) -> str | None:
    """Say what a key of few values takes; None for any other."""
    section, name = SECTION_OF.get(key.partition(".")[0], CrawlSettings), key.rpartition(".")[2]
    values = next((typing.get_args(field.type) for field in fields(section) if field.name == name), ())
    texts = [value for value in values if isinstance(value, str)]
    return f"must be one of {', '.join(texts)}" if texts else None


def _check(settings: Settings) -> None:
    crawl, schedule = settings.crawl, settings.schedule
    for key, value, least in (
        ("crawl.delay", crawl.delay, 0),
        ("crawl.deadline", crawl.deadline, 1),
        ("crawl.memory_mb", crawl.memory_mb, 256),
        ("crawl.reserve_mb", crawl.reserve_mb or 0, 0),
        ("schedule.jitter", schedule.jitter, 0),
        ("schedule.parallel", schedule.parallel, 1),
    ):
        if not least <= value < 1e9:
            raise SettingsError(f"{key} must be {least} or more, not {value:g}")
    if crawl.contact is not None and not re.fullmatch(
        r"[^\s()/]+@[^\s()/]+|https?://[^\s()/@]+(/[^\s()]*)?", crawl.contact
    ):
        raise SettingsError("crawl.contact must be an e-mail address or a page (https://…) that tells who crawls")
    for host in crawl.allow_hosts:
        if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}", host):
            raise SettingsError(f"crawl.allow_hosts: {host} is not host:port")
    _zone("schedule.timezone", schedule.timezone)
    for wrong in (
        *alert_faults(settings.alerts, schedule.timezone),
        *schedule_faults(schedule, settings.outlets),
        *visit_faults(settings.visits),
    ):
        raise SettingsError(wrong)
    if unknown := next((slug for slug in settings.visits.outlets if slug not in settings.outlets), None):
        known = ", ".join(settings.outlets)
        raise SettingsError(f"visits.outlets.{unknown}: there is no outlet {unknown}; known are {known}")
    for slug, outlet in settings.outlets.items():
        _check_outlet(slug, outlet)
    _check_regions(settings.outlets)


def outlet_from(slug: str, values: object) -> OutletSettings:
    """Give a declaration that comes from elsewhere, held to the same rules as one in the settings.

    Raises:
        SettingsError: it is none.
    """
    outlet = _convert(values, OutletSettings, f"outlets.{slug}", {}, Path(slug))
    _check_outlet(slug, outlet)
    return outlet


def _check_outlet(slug: str, outlet: OutletSettings) -> None:
    key = f"outlets.{slug}"
    if not SLUG.fullmatch(slug):
        raise SettingsError(f"{key}: an outlet's name is made of a to z, 0 to 9 and -, at most 40")
    if outlet.timezone:
        _zone(f"{key}.timezone", outlet.timezone)
    elif outlet.family != "wordpress":
        raise SettingsError(f"{key} lacks the key timezone, such as Asia/Makassar: only a WordPress tells its own")
    if outlet.delay is not None and not 0 <= outlet.delay < 1e6:
        raise SettingsError(f"{key}.delay must be 0 or more, not {outlet.delay:g}")
    if outlet.family != "listing" and (outlet.lists or outlet.stories is not None):
        raise SettingsError(f"{key}: lists and stories are for the family listing, not for {outlet.family}")
    for field, wrong in (
        ("base_url", faults.not_site(outlet.base_url)),
        ("name", faults.not_text(outlet.name)),
        *(("lists", faults.not_path(path)) for path in outlet.lists),
        ("stories", faults.not_pattern(outlet.stories) if outlet.stories is not None else None),
        ("regions", faults.not_codes(tuple(outlet.regions)) if outlet.regions else None),
    ):
        if wrong is not None:
            raise SettingsError(f"{key}.{field} {wrong}")


def _check_regions(outlets: Mapping[str, OutletSettings]) -> None:
    """Refuse codes that no region has; those of the files that ship are tested, so that most commands read no table."""
    ours = {code for outlet in shipped().values() for code in outlet.regions}
    declared = {code for outlet in outlets.values() for code in outlet.regions}
    wrong = regions.unknown(declared - ours)
    for slug, outlet in outlets.items():
        if code := next((code for code in outlet.regions if code in wrong), None):
            raise SettingsError(f"outlets.{slug}.regions: there is no region with the code {code}")


def check_base_url(key: str, url: str) -> None:
    """Refuse what is not the address of a site: http or https, a host, no query.

    Raises:
        SettingsError: it is something else; the text names the key.
    """
    if wrong := faults.not_site(url):
        raise SettingsError(f"{key} {wrong}")


def _zone(key: str, name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        said = ZONES.get(name.upper())
        meant = f"write {said}" if said else "write one such as Asia/Makassar"
        raise SettingsError(f"{key}: {name} is no time zone; {meant}") from error
