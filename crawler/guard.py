"""Where a crawl may go: which addresses are the outlet's, and which IP addresses are of the public internet."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NEVER_PUBLIC = [
    # Python 3.11's is_global says True for these (RELIABILITY T1).
    ipaddress.ip_network(network)
    for network in ("224.0.0.0/4", "ff00::/8", "64:ff9b:1::/48", "fec0::/10", "::/96", "2002::/16")
]


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet; embedded IPv4 addresses are judged as such."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.is_global and not any(ip in network for network in NEVER_PUBLIC if network.version == ip.version)


def authority(url: str) -> str | None:
    """Give `host:port` of an http or https address, None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or port is None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Boundary:
    """The addresses of one outlet: http or https, its host with or without `www.`, its port."""

    base_urls: tuple[str, ...]
    """One for what may be requested; the declared one beside it for what counts as the outlet's story."""

    def hosts(self) -> set[str]:
        """Give each host:port that is the outlet's."""
        return set().union(*map(_equals, self.base_urls))

    def admits(self, url: str) -> bool:
        """Say whether an address is the outlet's."""
        return authority(url) in self.hosts()


def _equals(base_url: str) -> set[str]:
    at = authority(base_url)
    if at is None:
        return set()
    host, _, port = at.rpartition(":")
    bare = host.removeprefix("www.")
    ports = {"80", "443"} if port in ("80", "443") else {port}
    return {f"{name}:{number}" for name in (bare, f"www.{bare}") for number in ports}


def is_loopback(url: str) -> bool:
    """Say whether an address names this machine by a loopback address or as localhost."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
