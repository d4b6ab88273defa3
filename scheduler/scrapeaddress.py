"""Where the daemon answers Prometheus, as settings say it: read by every command, so nothing heavy is here."""

import ipaddress
import re

from scheduler.errors import SchedulerError

LOCAL = "127.0.0.1"


class MetricsError(SchedulerError):
    """The address of the metrics is none, or cannot be listened on."""


def place(address: str) -> tuple[str, int]:
    """Give host and port of `schedule.metrics`: `127.0.0.1:9477`, or the port alone, which is this machine's.

    Raises:
        MetricsError: it is none; a host is an address, so that nobody listens elsewhere than was read here.
    """
    found = re.fullmatch(r"(?:(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):)?(\d{1,5})", address)
    host = found and (found[1] or found[2] or LOCAL)
    try:
        if found is None or not host or not 0 < int(found[3]) < 65536:
            raise ValueError
        ipaddress.ip_address(host)
    except ValueError:
        raise MetricsError(f"schedule.metrics: {address} is no address and port, such as 127.0.0.1:9477") from None
    return host, int(found[3])
