"""The names that other software imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

import ucmsc_rules


@pytest.mark.parametrize("name", ucmsc_rules.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    """Each name in ``__all__`` is found where it is said to live."""
    assert getattr(ucmsc_rules, name) is not None
    assert name in dir(ucmsc_rules)


def test_another_name_is_an_attribute_error() -> None:
    """A name that is not public says so, as with any module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        ucmsc_rules.nonsense  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    """Neither pint nor the parsers are loaded before they are needed."""
    heavy = "pint lark ruamel.yaml rich typer durable_rules_engine"
    code = f"import sys, ucmsc_rules; print([name for name in {heavy.split()!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
