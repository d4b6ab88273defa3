"""The report of a check as one file: what a maintainer needs to see of a site, and nothing that is a secret."""

import contextlib
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from archive.durable import sync
from archive.errors import ArchiveUnavailableError
from archive.frontier import Hint
from archive.output import MisuseError
from archive.warc import HttpMessage
from crawler.config import OutletSettings, SettingsError, outlet_from
from crawler.errands.told import Exchanged, Finding
from crawler.goldens import Kept
from crawler.guard import authority
from crawler.materials import told_by
from crawler.reading.feed import YEARS
from crawler.version import VERSION

KIND = "pilkada outlets check"
LARGEST = 64 * 2**20
HIDDEN = "***"
_HEADERS = re.compile(r"(?<!^set-)cookie|auth|token|csrf|xsrf|session|nonce|secret|password|ip$|forwarded|^report-to$")
"""Names of headers that are not for others; of `set-cookie` only the names of cookies came this far."""
_NAMES = rb"[\w-]{0,40}(?:csrf|xsrf|token|nonce|sess_?id|session_?id|api_?key|secret)[\w-]{0,40}"
_QUOTED = rb"""(["'])[^"'<>]{1,4096}["']"""
_BARE = rb"""[^\s"'<>]{1,4096}"""


def _name_first(value: bytes) -> re.Pattern[bytes]:
    """`<meta name="csrf-token" content="…">`, `<input type="hidden" name="_token" value="…">`."""
    before = rb"""(<(?:meta|input)\b[^>]{0,300}?\bname=["']?%s["']?[^>]{0,300}?\b(?:content|value)=)""" % _NAMES
    return re.compile(before + value, re.IGNORECASE)


def _value_first(value: bytes) -> re.Pattern[bytes]:
    behind = rb"""(?=[^>]{0,300}?\bname=["']?%s)""" % _NAMES
    return re.compile(rb"(<(?:meta|input)\b[^>]{0,300}?\b(?:content|value)=)" + value + behind, re.IGNORECASE)


_NAME_FIRST, _VALUE_FIRST = _name_first(_QUOTED), _value_first(_QUOTED)
_NAME_FIRST_BARE, _VALUE_FIRST_BARE = _name_first(_BARE), _value_first(_BARE)
"""The same without quotes, as programs that make pages smaller leave them."""
_IN_SCRIPT = re.compile(rb"""(\b%s["']?\s{0,4}[:=]\s{0,4})%s""" % (_NAMES, _QUOTED), re.IGNORECASE)
"""`"ajax_nonce":"…"`, `window.csrfToken = '…'`."""
_IN_ADDRESS = re.compile(
    rb"""((?:\b|_)(?:\w{0,40}sess_?id|\w{0,40}(?:token|nonce|csrf|secret|signature|password)|sid|auth|api_?key)=)[\w%.~+/-]+""",
    re.IGNORECASE,
)
_USER = re.compile(rb"""(https?://)[^\s/@"'<>]{1,200}@""", re.IGNORECASE)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    what: str
    version: str
    written_at: datetime
    outlets: list[dict[str, Any]]


def write(
    file: Path, found: Mapping[str, Finding], declared: Mapping[str, OutletSettings], *, contact: str | None
) -> None:
    """Write the report beside its place and put it there whole.

    Raises:
        ArchiveUnavailableError: it cannot be written.
    """
    letter = Letter(
        what=KIND,
        version=VERSION,
        written_at=datetime.now(UTC),
        outlets=[
            {"outlet": slug, "declared": msgspec.to_builtins(declared[slug]), **_told(finding, contact)}
            for slug, finding in found.items()
        ],
    )
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(letter), indent=2) + b"\n")
        sync(beside)
        beside.replace(file)
        sync(file.parent)
    except OSError as error:
        raise ArchiveUnavailableError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _told(finding: Finding, contact: str | None) -> dict[str, Any]:
    """A finding without what is nobody else's business: cookies, tokens, users in addresses, our own address."""
    told: dict[str, Any] = msgspec.to_builtins(finding, builtin_types=(datetime, bytes))
    for one in told["exchanges"]:
        one["headers"] = {name: HIDDEN if _HEADERS.search(name) else value for name, value in one["headers"].items()}
    cleaned: dict[str, Any] = _cleaned(told, contact)
    for one in cleaned["exchanges"]:
        body = one.pop("body")
        if body is not None:
            one |= _readable(body)
    return cleaned


def _readable(body: bytes) -> dict[str, str]:
    """A body as whoever sends the file can read it, wherever that gives the same bytes back."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


def _cleaned(value: Any, contact: str | None) -> Any:
    """Every text and every body in some values, without secrets."""
    if isinstance(value, dict):
        return {name: _cleaned(one, contact) for name, one in value.items()}
    if isinstance(value, list):
        return [_cleaned(one, contact) for one in value]
    if isinstance(value, str):
        return without_secrets(value.encode("utf-8", "replace"), contact).decode("utf-8", "replace")
    return without_secrets(value, contact) if isinstance(value, bytes) else value


def without_secrets(body: bytes, contact: str | None = None) -> bytes:
    """Some bytes of a page without the values that belong to one visit or one visitor."""
    hidden = HIDDEN.encode()
    for pattern in (_NAME_FIRST, _VALUE_FIRST, _IN_SCRIPT):
        body = pattern.sub(rb"\1\2" + hidden + rb"\2", body)
    for pattern in (_NAME_FIRST_BARE, _VALUE_FIRST_BARE):
        body = pattern.sub(rb"\1" + hidden, body)
    body = _USER.sub(rb"\1", _IN_ADDRESS.sub(rb"\1" + hidden, body))
    return body.replace(contact.encode(), hidden) if contact else body


def pages_in(file: Path) -> list[tuple[str, OutletSettings, Kept]]:
    """The outlets of a report with the page that it holds of each.

    Raises:
        MisuseError: it is no report, or holds no page.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise MisuseError(f"{file} is larger than any report")
        letter = msgspec.json.decode(file.read_bytes(), type=Letter)
        if letter.what != KIND:
            raise MisuseError(f"{file} is no report of `{KIND}`")
        found = list(_pages(letter.outlets))
    except OSError as error:
        raise MisuseError(f"{file} cannot be read: {error.strerror}") from error
    except (msgspec.MsgspecError, SettingsError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise MisuseError(f"{file} is no report of `{KIND}`: {error}") from error
    if not found:
        raise MisuseError(f"{file} holds no page")
    return found


def _pages(outlets: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, OutletSettings, Kept]]:
    for given in outlets:
        slug = str(given.get("outlet"))
        declared = outlet_from(slug, given.get("declared"))
        if not declared.timezone:
            declared = outlet_from(slug, msgspec.to_builtins(declared) | {"timezone": given.get("timezone") or "UTC"})
        for raw in given.get("exchanges") or ():
            one = _exchanged(raw)
            if one.role != "page" or one.body is None:
                continue
            hints = [Hint(source=h.source, published=h.published, section=h.section, capture_id=None) for h in one.told]
            yield (
                slug,
                declared,
                Kept(
                    url=one.url,
                    at=one.at,
                    message=HttpMessage(
                        url=one.url,
                        status=one.status,
                        content_type=one.headers.get("content-type"),
                        headers=tuple(one.headers.items()),
                        body=one.body,
                        whole=True,
                        fetched_at=one.at,
                    ),
                    told=told_by(hints, ZoneInfo(declared.timezone)),
                ),
            )


def _exchanged(raw: Mapping[str, Any]) -> Exchanged:
    """An exchange as it was before it was written; its body is that of the text, or of the packed bytes."""
    given = dict(raw)
    text, packed = given.pop("text", None), given.pop("base64", None)
    one = msgspec.convert(given, Exchanged, strict=False)
    if one.at.year not in YEARS or authority(one.url) is None:
        raise ValueError(f"{one.url} at {one.at.isoformat()} is no page of a site")
    if isinstance(text, str):
        return msgspec.structs.replace(one, body=text.encode())
    return msgspec.structs.replace(one, body=b64decode(packed, validate=True)) if isinstance(packed, str) else one
