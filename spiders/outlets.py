"""The outlets that ship, and those that settings declare, as declarations of their families."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import spiders
from crawler.declaration import Declaration, changed
from spiders.families import FAMILIES


@cache
def shipped() -> Mapping[str, type[Declaration]]:
    """The outlets of this package's files, by short name.

    Raises:
        DeclarationError: one lacks a field or has a wrong one.
    """
    modules = [import_module(f"spiders.{found.name}") for found in iter_modules(spiders.__path__)]
    found = [
        declared
        for module in modules
        for declared in vars(module).values()
        if isinstance(declared, type)
        and issubclass(declared, Declaration)
        and declared.__module__ == module.__name__
        and "name" in vars(declared)
    ]
    return {declared.name: declared for declared in sorted(found, key=lambda declared: declared.name)}


def declaration(
    slug: str, family: str, *, starts: tuple[str, ...] = (), article: str | None = None
) -> type[Declaration]:
    """What an outlet is read by: its own file where it ships with that family, else its family.

    `starts` and `article` are what settings say of a listing site.

    Raises:
        KeyError: there is no such family.
    """
    own = shipped().get(slug)
    kind = own if own is not None and own.family == family else FAMILIES[family]
    if kind.listing is None or not (starts or article):
        return kind
    listing = changed(kind.listing, starts=starts, article=article)
    return type(f"{kind.__name__}_{slug}", (FAMILIES[family],), {"rules": kind.rules, "listing": listing})
