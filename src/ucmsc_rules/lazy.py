"""Public names that are loaded when they are first used, so that importing a package costs next to nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def names_from(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """The ``__getattr__`` of a package: each name from the module of ``ucmsc_rules`` where it lives.

    >>> names_from("ucmsc_rules", {"Truth": "values.truth"})("Truth")
    <enum 'Truth'>
    """

    def load(name: str) -> object:
        if name not in homes:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        value: object = getattr(import_module(f"ucmsc_rules.{homes[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load
