"""The daemon as systemd runs it: a unit that fits one installation and one home."""

import re
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 35
"""How long a stop may take: the daemon ends its crawls by force after 25 seconds and itself within 30."""
WATCHDOG_SECONDS = 180
"""How long nothing may be heard. An archive that was away is asked again after 60 seconds, so a short trouble is none."""
CRAWL_MEGABYTES = 1024
"""What a crawl and its reader may allocate with the default limit; the daemon beside them needs less than half of it."""
PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
    *("fc00::/7", "link-local", "multicast"),
)
"""Networks in which no outlet stands: a second wall behind the crawl's own guard."""
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - named to keep clear of them
_NAMESERVER = re.compile(r"^nameserver\s+([0-9a-fA-F.:]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an installation and its home lie, and who runs it; without a user it is a unit of that user's own manager."""

    python: Path
    home: Path
    config: Path | None = None
    user: str | None = None
    parallel: int = 4
    """How many crawls run at once."""
    reached: tuple[str, ...] = ()
    """Addresses in private networks that are needed: of name servers, of the archive's server."""
    written: tuple[Path, ...] = ()
    """Folders beside the home that are written to: that of an SQLite file elsewhere."""


def name_servers(resolv_conf: str) -> tuple[str, ...]:
    """Give the addresses of the name servers that a resolv.conf names."""
    return tuple(_NAMESERVER.findall(resolv_conf))


def unit(place: Place) -> str:
    """Give the unit file of the daemon."""
    words = [str(place.python), "-P", "-m", "pilkada", "--home", str(place.home)]
    words += ["--config", str(place.config)] if place.config else []
    command = " ".join(quoted(word, command=True) for word in [*words, "schedule", "run"])
    sections = {
        "Unit": [
            "Description=Pilkada crawls regional news outlets on schedule",
            *(["Wants=network-online.target", "After=network-online.target time-sync.target"] if place.user else []),
            "# It is started again for as long as it takes: nobody is watching.",
            "StartLimitIntervalSec=0",
        ],
        "Service": [
            "Type=notify",
            *([f"User={place.user}"] if place.user else []),
            f"ExecStart={command}",
            "# New settings are read without stopping crawls; bad ones are refused and the log says why.",
            "ExecReload=/bin/kill -HUP $MAINPID",
            "Restart=on-failure",
            "RestartSec=30",
            "# Bad settings need a person.",
            "RestartPreventExitStatus=2",
            f"WatchdogSec={WATCHDOG_SECONDS}",
            "# The daemon ends its crawls itself; what is left after that is killed.",
            "KillMode=mixed",
            f"TimeoutStopSec={STOP_SECONDS}",
            f"MemoryMax={(place.parallel + 1) * CRAWL_MEGABYTES}M",
            "TasksMax=1024",
            "UMask=0027",
            "NoNewPrivileges=yes",
            "LockPersonality=yes",
            "RestrictRealtime=yes",
            "RestrictSUIDSGID=yes",
            "RestrictNamespaces=yes",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
            "SystemCallArchitectures=native",
            "SystemCallFilter=@system-service",
            "SystemCallErrorNumber=EPERM",
            *(_walls(place) if place.user else []),
        ],
        "Install": [f"WantedBy={'multi-user' if place.user else 'default'}.target"],
    }
    return "\n".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items())


def _walls(place: Place) -> list[str]:
    """Give what only the system's manager can do."""
    used = [place.home, place.python, *place.written, *([place.config] if place.config else [])]
    in_homes = any(path.is_relative_to(home) for path in used for home in _HOMES)
    in_temporary = any(path.is_relative_to(folder) for path in used for folder in _TEMPORARY)
    return [
        "ProtectSystem=strict",
        f"ReadWritePaths={' '.join(quoted(str(path)) for path in (place.home, *place.written))}",
        f"ProtectHome={'read-only' if in_homes else 'yes'}",
        *([] if in_temporary else ["PrivateTmp=yes"]),
        "PrivateDevices=yes",
        "ProtectClock=yes",
        "ProtectControlGroups=yes",
        "ProtectHostname=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "ProtectProc=invisible",
        "CapabilityBoundingSet=",
        "# Name servers, and whatever else is needed in a private network, are let through one by one.",
        f"IPAddressAllow={' '.join(dict.fromkeys(('localhost', *place.reached)))}",
        f"IPAddressDeny={' '.join(PRIVATE)}",
    ]


def quoted(word: str, *, command: bool = False) -> str:
    """Write a word so that systemd reads it as it is; in a command a $ stands for a variable, too."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    if command:
        escaped = escaped.replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[^\w./+,@:=-]", word) else escaped
