"""The layers of the package: imports go down only, and one file each sees pint and durable-rules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter import cli

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "ucmsc_rules"
ONLY_IN = {
    "pint": {"values/units.py", "testing/worlds/amounts.py"},  # the second reckoning has units of its own
    "durable": set(),
    "durable_rules_engine": {"engines/durable.py"},
}
ONLY_BELOW = {
    "lxml": ("adapters/odm/",),
    "pyreadstat": ("adapters/sdtm/",),
    "pyarrow": ("adapters/tables/", "cohort/"),
    "narwhals": ("adapters/tables/", "cohort/"),
    "sqlalchemy": ("audit/",),
    "openpyxl": ("audit/",),
    "duckdb": ("cohort/",),
    "matplotlib": ("cohort/plots/",),
    "pyspark": ("cohort/spark/",),
}


def test_the_import_contracts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contract of pyproject.toml holds."""
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(config_filename="pyproject.toml", no_cache=True) == cli.EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("module", ONLY_IN)
def test_who_names_a_foreign_module(module: str) -> None:
    """A module that is imported by name at run time is seen by no contract, so its name is looked for in the source."""
    assert _naming(module) == ONLY_IN[module]


@pytest.mark.parametrize("module", ONLY_BELOW)
def test_what_an_extra_brings_stands_in_one_place(module: str) -> None:
    """Each package of an extra is named in one folder alone, so that the others do without it."""
    naming = _naming(module)
    assert naming
    assert [path for path in naming if not path.startswith(ONLY_BELOW[module])] == []


def _naming(module: str) -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(_names(node, module) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }


def _names(node: ast.AST, module: str) -> bool:
    match node:
        case ast.Import(names):
            return any(alias.name.split(".")[0] == module for alias in names)
        case ast.ImportFrom(module=str(name), level=0):
            return name.split(".")[0] == module
        case ast.Call(
            func=ast.Name(id="import_module" | "_package" | "package"), args=[ast.Constant(value=str(name)), *_]
        ):
            return name.split(".")[0] == module
        case _:
            return False
