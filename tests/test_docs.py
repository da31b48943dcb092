"""The documents: nothing in them is left untested, and what they list is what the code has."""

from __future__ import annotations

import doctest
import pkgutil
import re
from importlib import import_module
from itertools import product
from pathlib import Path

import attrs
import pytest

import ucmsc_rules
from docs_examples import LANGUAGES, sessions
from ucmsc_rules import Evidence, Finding, Problem, Truth, Verdict
from ucmsc_rules.facts.read import COUNTING, KEYS, NOT_COUNTING
from ucmsc_rules.rules.concept_entries import CODE_SYSTEMS
from ucmsc_rules.rules.find import shipped_rulesets

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = sorted(
    name for _, name, _ in pkgutil.walk_packages(ucmsc_rules.__path__, "ucmsc_rules.") if not name.endswith("__main__")
)
ORDER = (Truth.TRUE, Truth.UNKNOWN, Truth.FALSE)


def named(path: Path) -> str:
    """A page's path from the root."""
    return path.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_has_a_language_that_is_tested(page: Path) -> None:
    """A fenced block without a known language would be left out of the tests without a word."""
    opened = re.findall(r"^```(?=\S)(\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(opened) <= LANGUAGES
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(opened)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file(page: Path) -> None:
    """A relative link leads to a file of the project."""
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_a_console_session_is_cut_into_commands() -> None:
    """Each command goes with the output up to the next one; a line with > goes on."""
    text = "$ one\n> more\nout\n\n$ two\n$ three\nlast\n"
    assert list(sessions(text)) == [("one\nmore", "out\n"), ("two", ""), ("three", "last\n")]


@pytest.mark.parametrize(("sign", "operate"), [("and", Truth.__and__), ("or", Truth.__or__)])
def test_the_truth_tables_are_those_of_the_code(sign: str, operate: object) -> None:
    """The tables for and, or in the semantics say what ``Truth`` does."""
    rows = table_under(f"| `a {sign} b` |")
    assert callable(operate)
    for (row, one), (column, other) in product(enumerate(ORDER), enumerate(ORDER)):
        assert rows[row][column + 1] == str(operate(one, other))


def test_the_truth_table_of_not_is_that_of_the_code() -> None:
    """The table for not in the semantics says what ``Truth`` does."""
    assert [row[1] for row in table_under("| a | `not a` |")] == [str(~truth) for truth in ORDER]


def table_under(head: str) -> list[list[str]]:
    """The cells of the table with that head in the semantics."""
    _, _, after = text_of("docs/semantics.md").partition(head)
    rows = after.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip(" *") for cell in row.strip("|").split("|")] for row in rows]


def test_the_record_page_names_every_key_and_status() -> None:
    """Every key of a fact and every status that is read stands on the page of the record."""
    page = text_of("docs/record.md")
    assert [word for word in sorted({*KEYS, *COUNTING, *NOT_COUNTING}) if f"`{word}`" not in page] == []


def test_the_answer_page_names_every_key() -> None:
    """Every key of a verdict, of its findings, evidence, needs and problems stands on the page of the answer."""
    page = text_of("docs/answer.md")
    written = {field.name for each in (Verdict, Finding, Evidence, Problem) for field in attrs.fields(each)}
    assert [key for key in sorted(written) if f"`{key}`" not in page and f'"{key}"' not in page] == []


def test_the_page_of_the_api_names_all_of_it() -> None:
    """Every public name stands on the page of the Python API."""
    page = text_of("docs/python-api.md")
    assert [name for name in ucmsc_rules.__all__ if name != "__version__" and not re.search(rf"\b{name}", page)] == []


def test_the_rule_page_names_every_code_system() -> None:
    """Every code system that the dictionary takes stands on the page of the rule language."""
    page = text_of("docs/rule-language.md")
    assert [system for system in CODE_SYSTEMS if f"`{system}`" not in page] == []


def test_every_page_is_in_the_navigation() -> None:
    """Each page is listed in mkdocs.yml, and each shipped ruleset in the README."""
    navigation, readme = text_of("mkdocs.yml"), text_of("README.md")
    assert [page for page in PAGES[1:] if named(page).removeprefix("docs/") not in navigation] == []
    assert [name for name in shipped_rulesets() if name not in readme] == []


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_docstrings(module: str) -> None:
    """Every example in a docstring gives what it shows."""
    assert doctest.testmod(import_module(module)).failed == 0
