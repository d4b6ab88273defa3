"""The outlets that ship, and those that settings declare, as declarations of their families."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import spiders
from crawler.declaration import Declaration, FileError, changed
from spiders.families import FAMILIES

NO_OUTLETS = ("families", "outlets")
"""Files of this package that declare none."""
BROKEN = (OSError, ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError, LookupError, re.error)
"""What a file of data with a mistake in it raises when Python reads it."""


@cache
def shipped() -> Mapping[str, type[Declaration]]:
    """The outlets of this package's files, by short name.

    Raises:
        DeclarationError: one lacks a field or has a wrong one, or a file declares no outlet of its own.
    """
    return declared_in(spiders)


def declared_in(package: ModuleType) -> Mapping[str, type[Declaration]]:
    """The outlets of a package's files, by short name: each file declares one at least, and none is left out.

    Raises:
        DeclarationError: one lacks a field or has a wrong one, or a file declares no outlet of its own.
    """
    found: dict[str, type[Declaration]] = {}
    for name in sorted(module.name for module in iter_modules(package.__path__)):
        if name in NO_OUTLETS:
            continue
        file = f"{package.__name__}/{name}.py"
        declared = _of_file(f"{package.__name__}.{name}", file)
        if not declared:
            raise FileError(file, "declares no outlet: it needs a class of a family, with a name")
        for outlet in declared:
            if outlet.name in found:
                raise FileError(file, f"declares the outlet {outlet.name}, which {found[outlet.name].__module__} is")
            found[outlet.name] = outlet
    return dict(sorted(found.items()))


def _of_file(module: str, file: str) -> list[type[Declaration]]:
    """The outlets that a file declares.

    Raises:
        DeclarationError: it cannot be read, or a class in it is no outlet.
    """
    try:
        values = vars(import_module(module)).values()
    except BROKEN as error:
        raise FileError(file, f"cannot be read: {type(error).__name__}: {error}") from error
    kinds = [kind for kind in values if isinstance(kind, type) and issubclass(kind, Declaration)]
    own = list(dict.fromkeys(kind for kind in kinds if kind.__module__ == module))
    for kind in own:
        if "name" not in vars(kind):
            raise FileError(file, f"declares {kind.__name__} without a name; a family belongs into families.py")
    return own


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
    return type(f"{kind.__name__}_{slug}", (kind,), {"listing": listing})
