"""Where declarations are found: `spiders` stands above this package, so it is found by name and never imported by it."""

from collections.abc import Mapping
from importlib import import_module

from crawler.declaration import Declaration, check_selectors


def shipped() -> Mapping[str, type[Declaration]]:
    """The outlets that come with the program, by short name.

    Raises:
        DeclarationError: one lacks a field or has a wrong one, or a file declares no outlet of its own.
    """
    found: Mapping[str, type[Declaration]] = import_module("spiders.outlets").shipped()
    return found


def declaration(
    slug: str, family: str, *, starts: tuple[str, ...] = (), article: str | None = None
) -> type[Declaration]:
    """What an outlet is crawled and read by: its own file, else its family with what settings say of its lists.

    Raises:
        KeyError: there is no such family.
    """
    found: type[Declaration] = import_module("spiders.outlets").declaration(
        slug, family, starts=starts, article=article
    )
    return found


def proved(slug: str, family: str, *, starts: tuple[str, ...] = (), article: str | None = None) -> type[Declaration]:
    """What an outlet is crawled and read by, once its selectors and patterns were compiled: before anything is begun.

    Raises:
        DeclarationError: one of them cannot be compiled.
        KeyError: there is no such family.
    """
    found = declaration(slug, family, starts=starts, article=article)
    check_selectors(found, slug)
    return found
