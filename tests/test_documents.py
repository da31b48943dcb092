"""The YAML reader: what it reads, what it refuses, and that its quick way reads what a full reader reads."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ucmsc_rules.documents import MAX_BYTES, MappingNode, ScalarNode, SequenceNode, plain, read_document
from ucmsc_rules.documents.events import read_events
from ucmsc_rules.documents.nodes import CONTROL
from ucmsc_rules.documents.usual import read_usual
from ucmsc_rules.errors import RulesetError
from ucmsc_rules.rules.find import concept_files, ruleset_file

SHIPPED = [*concept_files(), ruleset_file("ucmsc-hbv-cirrhosis")]


def complaints(source: str | bytes) -> list[str]:
    """What is said of a document that is refused."""
    with pytest.raises(RulesetError) as caught:
        read_document(source, "r.yaml")
    return [str(complaint) for complaint in caught.value.complaints]


SCALARS: list[tuple[str, Any]] = [
    ("true", True),
    ("False", False),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("none", "none"),
    ("null", None),
    ("~", None),
    ("2026-03-01", "2026-03-01"),
    ("12:30", "12:30"),
    ("9", 9),
    ("-3", -3),
    ("0x1F", 31),
    ("0o17", 15),
    ("017", 17),
    ("7.10", Decimal("7.10")),
    ("1e-05", Decimal("1e-05")),
    (".5", Decimal("0.5")),
    (".inf", ".inf"),
    ("1.0.0", "1.0.0"),
    ("1_000", "1_000"),
    ("1" * 60, Decimal("1" * 60)),
    ('"9"', "9"),
    ("'true'", "true"),
    ("'it''s'", "it's"),
    ('"a\\tb"', "a\tb"),
    ("1000 [IU]/mL", "1000 [IU]/mL"),
    (">-\n  a\n  b", "a b"),
    ("|\n  a\n  b\n", "a\nb\n"),
    ("a\n  b", "a b"),
    ("[1, [a, b], {}, []]", [1, ["a", "b"], {}, []]),
    ("{a: {b: 1}, 'c d': 2}", {"a": {"b": 1}, "c d": 2}),
]


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=[text for text, _ in SCALARS])
def test_core_schema(text: str, value: object) -> None:
    """Plain scalars mean what YAML 1.2's core schema says, quoted ones are texts, and no number is a binary float."""
    read = plain(read_document(f"key: {text}", "r.yaml"))
    assert read == {"key": value}
    assert type(read["key"]) is type(value)


def test_blocks() -> None:
    """Mappings and lists are read in block and flow style, with comments and blank lines between."""
    text = "# first\na:\n- b: 1\n  c: [d,\n    e]  # on two lines\n\n- f\ng:\n  h:\n    - {i: j}\n"
    assert plain(read_document(text, "r.yaml")) == {"a": [{"b": 1, "c": ["d", "e"]}, "f"], "g": {"h": [{"i": "j"}]}}


def test_places() -> None:
    """Every node and key knows its line and column; a quoted text begins after its quotation mark."""
    node = read_document('a: {b: c,\n  "d": "e"}\nf:\n  - g\n', "r.yaml")
    assert isinstance(node, MappingNode)
    inner, items = node.entries["a"], node.entries["f"]
    assert isinstance(inner, MappingNode)
    assert isinstance(items, SequenceNode)
    assert [str(inner.place), str(inner.entries["b"].place)] == ["r.yaml:1:4", "r.yaml:1:8"]
    assert [str(inner.places["d"]), str(inner.entries["d"].place)] == ["r.yaml:2:4", "r.yaml:2:9"]
    assert [str(node.places["f"]), str(items.place), str(items.items[0].place)] == [
        "r.yaml:3:1",
        "r.yaml:4:3",
        "r.yaml:4:5",
    ]


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("a: b c", True),
        ('a: "b"', True),
        ('a: "b\\tc"', False),
        ("a: 'it''s'", False),
        ("a: b\n  c", False),
        ("a: >-\n  b", False),
    ],
)
def test_exact(text: str, exact: bool) -> None:
    """A text says whether its characters stand in the file as they are read, so that columns can be counted."""
    node = read_document(text, "r.yaml")
    assert isinstance(node, MappingNode)
    scalar = node.entries["a"]
    assert isinstance(scalar, ScalarNode)
    assert scalar.exact is exact


QUOTES = 'put a text that holds ": ", " #", [ ] or { } in quotes'
REFUSED: list[tuple[str | bytes, str]] = [
    ("a: &x 1", "1:4: anchors (&name) are not read; write it out"),
    ("&x a: 1", "1:1: anchors (&name) are not read; write it out"),
    ("a: *x", "1:4: aliases (*name) are not read; write it out"),
    ("a: !!str 1", "1:4: tags (!name) are not read; leave it out"),
    ("!thing {a: 1}", "1:1: tags (!name) are not read; leave it out"),
    ("a: !!python/object/apply:os.system [ls]", "1:4: tags (!name) are not read; leave it out"),
    ("a: 1\nb: 2\na: 3", '3:1: the key "a" is already at line 1; keep one of the two'),
    ('{a: 1, "a": 2}', '1:9: the key "a" is already at line 1; keep one of the two'),
    ("? [1]\n: 2", "1:3: a key is a text; a list or mapping cannot be one"),
    ("{{a: 1}: 2}", "1:2: a key is a text; a list or mapping cannot be one"),
    (": 1", "1:1: a key is missing here"),
    ("~: 1", "1:1: a key is missing here"),
    ("a: 1\n---\nb: 2", "2:1: a second document starts here; write one document a file"),
    ("%YAML 1.1\n---\na: 1", "2:1: directives are not read; leave the line with % out"),
    ("", "1:1: the file is empty"),
    ("# nothing\n", "1:1: the file is empty"),
    ("[" * 21 + "]" * 21, "1:21: nested more than 20 deep; write it flatter"),
    ("[" * 100_000, "1:21: nested more than 20 deep; write it flatter"),
    ("".join(" " * level + "a:\n" for level in range(300)), "21:21: nested more than 20 deep; write it flatter"),
    (b"a: \xff\xfe", "1:1: this is no UTF-8; save the file as UTF-8"),
    ("a: é\nb: 1".encode("latin-1"), "1:1: this is no UTF-8; save the file as UTF-8"),
    ("a: b\nc: d\x00", "2:5: the control character U+0000 is not read; delete it"),
    ("a: b\u202ec", "1:5: the control character U+202E is not read; delete it"),
    ('a: "\\0"', "1:5: the control character U+0000 is not read; delete it"),
    ("a: b: c", f"1:5: this is no YAML: mapping values are not allowed here; {QUOTES}"),
    ("a: {rule: x <= 1 [IU]/mL}", f"1:18: this is no YAML: expected ',' or '}}', but got '['; {QUOTES}"),
    ('a: "b', f"1:6: this is no YAML: found unexpected end of stream; {QUOTES}"),
    ("\ta: 1", f"1:1: this is no YAML: found character '\\t' that cannot start any token; {QUOTES}"),
]


@pytest.mark.parametrize(("source", "message"), REFUSED, ids=[repr(source[:30]) for source, _ in REFUSED])
def test_refused(source: str | bytes, message: str) -> None:
    """What a ruleset has no need of is refused, with its place and what to write instead."""
    assert complaints(source) == [f"r.yaml:{message}"]


def test_all_duplicates() -> None:
    """Every duplicate key is complained about, up to a hundred."""
    assert len(complaints("a: 1\na: 2\nb: {c: 1, c: 2}\n")) == 2
    assert len(complaints("a: 1\n" * 5000)) == 100


def test_alias_bomb() -> None:
    """A text that would grow a thousandfold is refused where its first anchor stands."""
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    assert complaints(bomb) == ["r.yaml:1:4: anchors (&name) are not read; write it out"]


def test_size() -> None:
    """A file of more than 256 KiB is refused before anything of it is parsed, in bytes or as text."""
    read_document("# " + "x" * (MAX_BYTES - 8) + "\na: 1\n", "r.yaml")
    too_large = "a: &x " + "é" * (MAX_BYTES // 2)
    for source in (too_large, too_large.encode()):
        assert complaints(source) == ["r.yaml:1:1: the file is too large; it holds at most 262144 bytes"]


def test_criteria() -> None:
    """Ten thousand criteria are refused by their number before anything is parsed, a thousand are not."""
    assert plain(read_document("a:\n" + "- {category: x}\n" * 1000, "r.yaml"))
    start = time.process_time()
    said = complaints("&a:\n" + "- {category: x}\n" * 10_000)
    assert time.process_time() - start < 0.5
    assert said == ["r.yaml:1:1: 10000 criteria are too many; a ruleset holds at most 1000"]


@pytest.mark.parametrize("unit", ["[],", "a,", "{b: c},", '"\\t",', "a: b,"])
def test_number_of_nodes(unit: str) -> None:
    """A file with more than 30,000 keys and values is refused, so that time stays bounded."""
    start = time.process_time()
    (said,) = complaints("a: [" + unit * 31_000 + "[]]")
    assert time.process_time() - start < 20
    assert said.endswith("the file holds more than 30000 keys and values; write less")


@pytest.mark.parametrize("path", SHIPPED, ids=[path.name for path in SHIPPED])
def test_shipped_files(path: Path) -> None:
    """Every file that is shipped is of the usual form, and the quick reader reads it as the full reader does."""
    text = path.read_text(encoding="utf-8")
    assert read_usual(text, path.name) == read_events(text, path.name)


def test_speed() -> None:
    """The shipped ruleset, the longest file, is read several times faster than by the full reader."""
    text = SHIPPED[-1].read_text(encoding="utf-8")
    assert 3 * min(_seconds(read_usual, text) for _ in range(3)) < _seconds(read_events, text)


def _seconds(read: Any, text: str) -> float:
    start = time.process_time()
    read(text, "r.yaml")
    return time.process_time() - start


# The two readers agree


def agree(text: str) -> None:
    """The quick reader leaves a text alone, or reads it as the full reader does; places count."""
    assume(not CONTROL.search(text))
    quick = read_usual(text, "r.yaml")
    if quick is not None:
        assert quick == read_events(text, "r.yaml")


PIECES = [
    *" \n:#-,[]{}'\"abc&*!|>%@`?~.<=\\", "\n  ", "\n    ", "- ", ": ", " #", "---", "...", "''", '""', ">-", "null",
    "é", "\u00a0", "{a: b}", "[a]", "? ", "\n- ", "\n\n", "\n \n",
]  # fmt: skip
SEEDS = [
    "a: b\nc:\n  - d\n  - {e: f, g: [h, 'i', \"j\"]}\nk: >-\n  l m\n  n\no:\n- p\n- q: r\n  s: t # u\n",
    "a: {b: c}\n",
    "- a\n- b: c\n  d: e\n",
    "a:\n  b:\n    c: d\n  e: f\n",
]
PIECE = st.sampled_from(PIECES)


@settings(max_examples=500)
@given(st.lists(PIECE, max_size=14).map("".join))
@example("a: >-\n  b\n   \n")
def test_agreement_on_pieces(text: str) -> None:
    """On any sequence of YAML's signs, the quick reader reads what the full reader reads, or nothing."""
    agree(text)


@settings(max_examples=500)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3), PIECE), max_size=4))
def test_agreement_on_edits(text: str, edits: list[tuple[int, int, str]]) -> None:
    """So it does on usual texts in which a few signs were changed."""
    for position, deleted, piece in edits:
        text = text[:position] + piece + text[position + deleted :]
    agree(text)


TEXTS = st.text(st.sampled_from("ab1 .-:#'\"[]{},é>|"), max_size=12)
DATA = st.recursive(
    TEXTS, lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3), max_leaves=8
)


@given(st.dictionaries(TEXTS, DATA, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_written_data(data: dict[str, Any], choose: Any) -> None:
    """Data written in block and flow style, with comments and any indentation, are read back as they were."""
    text = "\n".join(_block(data, 0, choose)) + "\n"
    node = read_document(text, "r.yaml")
    assert plain(node) == data
    agree(text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if "\\" in text or '"' in text else f'"{text}"'


def _flow(data: Any) -> str:
    if isinstance(data, str):
        return _quoted(data)
    if isinstance(data, list):
        return "[" + ", ".join(map(_flow, data)) + "]"
    return "{" + ", ".join(f"{_quoted(key)}: {_flow(value)}" for key, value in data.items()) + "}"


def _block(data: Any, indent: int, choose: Any) -> list[str]:
    start = " " * indent
    lines = []
    for key, value in data.items() if isinstance(data, dict) else [(None, item) for item in data]:
        head = f"{start}-" if key is None else f"{start}{_quoted(key)}:"
        if isinstance(value, str) or not value or choose.random() < 0.4 or (key is None and isinstance(value, list)):
            lines.append(f"{head} {_flow(value)}{choose.choice(['', '', '  # note'])}")
        elif key is None:
            inner = _block(value, indent + 2, choose)
            lines += [f"{head} {inner[0].lstrip(' ')}", *inner[1:]]
        else:
            lines += [head, *choose.choice([[], [""], [start + "# note"]])]
            lines += _block(value, indent + choose.choice([1, 2, 4]), choose)
    return lines
