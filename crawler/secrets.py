"""Secrets: which settings hold them, how they are masked, and how texts are rid of them.

The first line of defence is that secrets are said nowhere: they go from the settings to whoever needs them, through
pipes and never on a command line. What is taken out of texts here is the second.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

MASK = "***"
WHOLE = {"alerts.to"}
"""Settings whose addresses are secret but for their scheme: apprise keeps tokens in the host and path of some."""
LEAST = 4
"""Characters of a secret that is looked for in texts: for a shorter one every other word would be masked."""
_PASSWORD = re.compile(r"[^/]*//[^:@]*:(.*)@")
"""Of a whole address: up to its last @, since whoever writes a password by hand forgets to escape one."""
_ASKED = re.compile(r"(?i)([?&](?:password|sslpassword)=)([^&#\s'\"]+)")
"""Where libpq takes a password, too: behind the question mark."""
_IN_TEXT = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@]*:)[^\s/]*@")
_IN_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization|cookie)(['\"]?\s*[:=]\s*)[^\r\n]+")
_TOKEN = re.compile(r"(?=[^/:@?&=,]*[0-9A-Z])[^/:@?&=,.]{8,}")


def masked(key: str, value: Any) -> Any:
    """Give a setting's value without its secrets: passwords in addresses, and all of an alert's address but its scheme."""
    if isinstance(value, list | tuple):
        return [masked(key, one) for one in value]
    if not isinstance(value, str):
        return value
    if key in WHOLE:
        from scheduler.alertsettings import masked_address

        return masked_address(value)
    secret = _PASSWORD.match(value)
    shown = f"{value[: secret.start(1)]}{MASK}{value[secret.end(1) :]}" if secret else value
    return _ASKED.sub(rf"\1{MASK}", shown)


def in_settings(values: Mapping[str, Any], prefix: str = "") -> frozenset[str]:
    """Give the secrets that settings hold, each as it is written, and with percent signs undone and done."""
    found: set[str] = set()
    for name, value in values.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found |= in_settings(value, f"{key}.")
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, str) and "://" in one:
                found |= _in_address(key, one)
    return frozenset(form for one in found for form in (one, unquote(one), quote(one, safe="")) if len(one) >= LEAST)


def _in_address(key: str, value: str) -> set[str]:
    found = {secret[1]} if (secret := _PASSWORD.match(value)) else set()
    found |= {secret for _, secret in _ASKED.findall(value)}
    return found | {value, *_TOKEN.findall(value.partition("://")[2])} if key in WHOLE else found


def without(text: str, hidden: Iterable[str]) -> str:
    """Give a text without some secrets, and without what its place shows to be one: a password in an address, a cookie."""
    for secret in sorted(hidden, key=len, reverse=True):
        text = text.replace(secret, MASK)
    if "://" in text:
        text = _ASKED.sub(rf"\1{MASK}", _IN_TEXT.sub(rf"\1{MASK}@", text))
    return _IN_HEADER.sub(rf"\1\2{MASK}", text)
