"""What a probe found, as a section of pilkada.toml that can be appended as it stands."""

import ipaddress
import json
import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from crawler.config import Loaded
from crawler.declaration import SLUG
from crawler.errands.signs import printable
from crawler.errands.told import Finding
from crawler.guard import authority, is_loopback
from crawler.outlets import declaration

FILLED = "Asia/Jakarta"
"""What stands where nothing tells the zone, so that the block can be read."""

LONGEST = 300
"""Characters of a line that a site had a part in."""


def slug_for(finding: Finding, taken: Collection[str]) -> str:
    """A short name that no outlet has: the host's first label, or the site's name where the host is a number."""
    host = (urlsplit(finding.base_url).hostname or "").removeprefix("www.")
    try:
        ipaddress.ip_address(host)
        label = finding.name
    except ValueError:
        label = host.partition(".")[0] if host != "localhost" else finding.name
    slug = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:36].strip("-")
    slug = slug if SLUG.fullmatch(slug) else "outlet"
    return next(name for name in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if name not in taken)


def block(finding: Finding, loaded: Loaded) -> str:
    """The section, with what was heard and what is unsure as comments."""
    slug = slug_for(finding, loaded.settings.outlets)
    values = {
        "family": finding.family or "",
        "name": finding.name or slug,
        "base_url": finding.base_url,
        "timezone": finding.timezone or FILLED,
    }
    lines = ["", f"[outlets.{slug}]", *(f"{key} = {_quoted(value)}" for key, value in values.items())]
    if finding.family == "listing":
        lines += _own_lists(finding)
    lines += [f"# {printable(comment, LONGEST)}" for comment in _comments(finding, loaded)]
    return "\n".join(lines) + "\n"


def _own_lists(finding: Finding) -> Iterator[str]:
    usual = declaration("", "listing").listing
    assert usual is not None
    if finding.lists and tuple(finding.lists) != usual.starts:
        yield f"lists = [{', '.join(map(_quoted, finding.lists))}]"
    if finding.stories and finding.stories != "/article/[^/]+/?":
        yield f"stories = {_quoted(finding.stories)}"


def _comments(finding: Finding, loaded: Loaded) -> Iterator[str]:
    """What a person should see before the block is used."""
    yield f"probed with {finding.requests} requests; zone: {finding.zone_by}"
    for heard in finding.sources:
        yield f"{'answers' if heard.answers else 'silent'} {heard.source} {heard.path}: {heard.said}"
    if finding.stories:
        yield f"stories are at {finding.stories}"
    for article in finding.articles:
        if not article.rejected:
            yield f"read: {article.title} ({(article.published or 'undated')[:10]}, {article.body} characters)"
    for name, value in finding.tells.items():
        yield f"{name}: {value}"
    for line in finding.unsure:
        yield f"UNSURE {line}"
    host = authority(finding.base_url)
    if is_loopback(finding.base_url) and host not in loaded.settings.crawl.allow_hosts:
        yield f'on this machine: add "{host}" to crawl.allow_hosts before it is crawled'
    yield "regions = [] # official codes of the regions that it covers, such as 64.02"


def _quoted(value: str) -> str:
    """A string as TOML has it; JSON's escapes are among TOML's, and what cannot be printed is not let in."""
    return json.dumps(printable(value, LONGEST), ensure_ascii=False)
