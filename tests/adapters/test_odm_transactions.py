"""Transactions are folded in their order, at every level, by their keys; what cannot be told apart is unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.odm_samples import (
    METADATA,
    clinical,
    event,
    file_of,
    form,
    group,
    in_form,
    items_of,
    problems_of,
    rows_in,
    subject,
    texts_of,
)  # fmt: skip
from ucmsc_rules.adapters.row import UNKNOWN, Cell

EARLIER = "of what this file has not inserted before; what an earlier file said is not known here"


def folded(*subjects: str) -> str:
    """A transactional file."""
    return file_of(METADATA, *(clinical(each) for each in subjects), kind="Transactional")


def item(oid: str, value: str | None = None, transaction: str = "", *inside: str) -> str:
    """An item with a transaction of its own."""
    given_value = "" if value is None else f' Value="{value}"'
    kind = f' TransactionType="{transaction}"' if transaction else ""
    return f'<ItemData ItemOID="{oid}"{given_value}{kind}>{"".join(inside)}</ItemData>'


def unit(oid: str) -> str:
    """A reference to a unit."""
    return f'<MeasurementUnitRef MeasurementUnitOID="{oid}"/>'


def in_group(*items: str, transaction: str = "Upsert") -> str:
    """The subject S1 with some items in its one group."""
    return subject("S1", in_form(group(*items)), transaction=transaction)


def after(*subjects: str) -> dict[str, Cell]:
    """The items of the only row that is left."""
    (row,) = rows_in(folded(*subjects))
    return items_of(row)


def test_an_update_replaces_what_was_inserted() -> None:
    """The later value holds; what the update does not mention stays."""
    assert after(in_group(item("A", "1"), item("B", "2"), transaction="Insert"),
                 in_group(item("A", "3"), transaction="Update")) == {"B": Cell("2"), "A": Cell("3")}  # fmt: skip


def test_a_removed_item_is_gone() -> None:
    """It says nothing any more."""
    assert after(in_group(item("A", "1"), item("B", "2")), in_group(item("A", None, "Remove"))) == {"B": Cell("2")}


def test_what_is_inserted_again_after_its_removal_holds() -> None:
    """Order decides."""
    assert after(in_group(item("A", "1")), in_group(item("A", None, "Remove")), in_group(item("A", "2", "Insert"))) == {
        "A": Cell("2")
    }


@pytest.mark.parametrize("level", ["event", "form", "group"])
def test_a_container_is_removed_with_all_that_is_in_it(level: str) -> None:
    """Another of the same name, but another key, stays."""
    removed: dict[str, Any] = {
        name: {"transaction": "Remove" if name == level else ""} for name in ("event", "form", "group")
    }
    first = subject(
        "S1", *(event(form(group(A=key, repeat=key), repeat=key), repeat=key) for key in "12"), transaction="Insert"
    )
    second = subject("S1", event(
        form(group(repeat="1", **removed["group"]), repeat="1", **removed["form"]), repeat="1", **removed["event"]
    ), transaction="Upsert")  # fmt: skip
    assert texts_of(rows_in(folded(first, second))) == [{"A": "2"}]


def test_keys_tell_containers_apart() -> None:
    """The same group with another repeat key is another row, and so it is with none."""
    inside = in_form(group(A="1"), group(A="2", repeat="1"), group(A="3", repeat="2"))
    text = folded(
        subject("S1", inside, transaction="Insert"),
        subject("S1", in_form(group(A="9", repeat="2")), transaction="Update"),
    )
    assert [(row.path, row.cells["A"].text) for row in rows_in(text)] == [
        ("S1/SE/F/IG", "1"), ("S1/SE/F/IG[1]", "2"), ("S1/SE/F/IG[2]", "9"),
    ]  # fmt: skip


def test_a_removed_subject_is_still_answered() -> None:
    """It has no rows, and that is told."""
    text = folded(in_group(item("A", "1")), subject("S1", transaction="Remove"))
    assert rows_in(text) == []
    assert problems_of(text) == ["error S1: the file's transactions remove the subject, so nothing of it is left"]


def test_a_subject_that_is_inserted_again_has_nothing_of_before() -> None:
    """Removal takes everything with it."""
    assert after(in_group(item("A", "1")), subject("S1", transaction="Remove"), in_group(item("B", "2"))) == {
        "B": Cell("2")
    }


def test_an_item_that_is_inserted_twice_and_differs_is_unknown() -> None:
    """The sender has made a mistake, and nobody knows which of the two it is; a copy is none."""
    twice = [in_group(item("SEX", code, "Insert")) for code in "FM"]
    assert after(*twice) == {"SEX": Cell("", "", UNKNOWN, ("F", "Female", "Femme", "M", "Male"))}
    assert problems_of(folded(*twice)) == [
        "error S1/SE/F/IG.SEX: it is inserted twice, and differs, so it is unknown; correct it at the source",
    ]
    assert after(twice[0], twice[0]) == {"SEX": Cell("F", "", "", ("Female", "Femme"))}


def test_an_update_settles_what_was_in_doubt() -> None:
    """Whoever corrects it says what it is."""
    assert after(*(in_group(item("A", value, "Insert")) for value in "12"), in_group(item("A", "3", "Update"))) == {
        "A": Cell("3")
    }


def test_context_changes_nothing() -> None:
    """It is taken where nothing stood, and one that contradicts what stood there makes that unknown."""
    before, same, other = (
        in_group(item("A", value, kind)) for value, kind in (("1", ""), ("1", "Context"), ("2", "Context"))
    )
    assert after(same) == {"A": Cell("1")}
    assert after(before, same) == {"A": Cell("1")}
    assert after(before, other) == {"A": Cell("", "", UNKNOWN, ("1", "2"))}
    assert problems_of(folded(before, other)) == [
        (
            "error S1/SE/F/IG.A: it is given as context, and differs from what stood before, so it is unknown;"
            " correct it at the source"
        ),
    ]


def test_what_an_earlier_file_inserted_may_be_updated() -> None:
    """The update holds; that the rest of the earlier file is not known is a warning, once for all of it."""
    text = folded(in_group(item("A", "1"), transaction="Update"))
    assert texts_of(rows_in(text)) == [{"A": "1"}]
    assert problems_of(text) == [f"warning S1: Update {EARLIER}"]
    inside = subject("S1", in_form(group(item("B", "1"), repeat="2", transaction="Update")), transaction="Upsert")
    assert problems_of(folded(in_group(item("A", "1")), inside)) == [f"warning S1/SE/F/IG[2]: Update {EARLIER}"]
    inside = in_group(item("B", "1", "Update"))
    assert problems_of(folded(in_group(item("A", "1")), inside)) == [f"warning S1/SE/F/IG.B: Update {EARLIER}"]


@pytest.mark.parametrize(("inside", "path"), [
    (event(oid="SX", transaction="Remove"), "S1/SX"), (event(form(oid="FX", transaction="Remove")), "S1/SE/FX"),
    (in_form(group(repeat="9", transaction="Remove")), "S1/SE/F/IG[9]"),
    (in_form(group(item("B", None, "Remove"))), "S1/SE/F/IG.B"),
])  # fmt: skip
def test_removing_what_is_not_there_is_told(inside: str, path: str) -> None:
    """Nothing else changes."""
    text = folded(in_group(item("A", "1")), subject("S1", inside, transaction="Upsert"))
    assert texts_of(rows_in(text)) == [{"A": "1"}]
    assert problems_of(text) == [f"warning {path}: Remove {EARLIER}"]


def test_an_update_of_the_unit_alone_keeps_the_value() -> None:
    """Properties that are not mentioned are not changed, and so it is the other way round."""
    before = in_group(item("A", "5", "", unit("MU.1")))
    assert after(before, in_group(item("A", None, "Update", unit("MU.2")))) == {"A": Cell("5", "mmol/L")}
    assert after(before, in_group(item("A", "6", "Update"))) == {"A": Cell("6", "mg/dL")}
    assert after(before, in_group(item("A", "6", "Update", unit("MU.2")))) == {"A": Cell("6", "mmol/L")}


def test_the_unit_of_a_typed_item_stays_too() -> None:
    """It is an attribute there."""
    typed = "<ItemDataFloat ItemOID='A'{}>{}</ItemDataFloat>"
    before = in_group(typed.format(" MeasurementUnitOID='MU.1'", 5))
    assert after(before, in_group(typed.format("", 6), transaction="Update")) == {"A": Cell("6", "mg/dL")}


def test_an_update_with_nothing_in_it_makes_the_item_unknown() -> None:
    """It may have been meant to clear the value."""
    text = folded(in_group(item("A", "1")), in_group(item("A", None, "Update")))
    assert items_of(rows_in(text)[0]) == {"A": Cell("", "", UNKNOWN, ("1",))}
    assert problems_of(text) == [
        "error S1/SE/F/IG.A: it is updated, but with no value, so it is unknown; correct it at the source",
    ]


def test_an_update_to_null_leaves_no_value() -> None:
    """And a value replaces null."""
    null = '<ItemData ItemOID="A" IsNull="Yes" TransactionType="Update"/>'
    assert after(in_group(item("A", "1")), in_group(null)) == {"A": Cell("", "", UNKNOWN)}
    assert after(in_group(item("A", "1")), in_group(null), in_group(item("A", "2"))) == {"A": Cell("2")}


def test_an_update_to_a_blank_value_blanks_it() -> None:
    """A value that is given, and is empty, is none."""
    assert after(in_group(item("A", "1")), in_group(item("A", "", "Update"))) == {"A": Cell("")}


def test_a_child_has_the_transaction_of_its_parent_unless_it_has_its_own() -> None:
    """The nearest one counts."""
    mixed = subject(
        "S1", in_form(group(item("A", "9"), item("B", None, "Remove"), transaction="Update")), transaction="Insert"
    )
    assert after(in_group(item("A", "1"), item("B", "2")), mixed) == {"A": Cell("9")}


@pytest.mark.parametrize(
    "inside",
    [
        in_form(group(item("A", "2"), transaction="Delete")),
        in_form(group(item("A", "2", "Delete"))),
        in_form(group(transaction="Delete")),
    ],
)
def test_a_transaction_of_no_known_type_makes_all_it_touches_unknown(inside: str) -> None:
    """Nobody knows what was to be done."""
    text = folded(in_group(item("A", "1")), subject("S1", inside, transaction="Upsert"))
    cell = items_of(rows_in(text)[0])["A"]
    assert (cell.text, cell.absent, cell.also[0]) == ("", UNKNOWN, "1")
    assert '"Delete" is no TransactionType; write Insert, Update, Remove, Upsert or Context' in problems_of(text)[0]


def test_a_subject_of_no_known_transaction_is_unknown_as_a_whole() -> None:
    """All that stood there before is in doubt too."""
    text = folded(in_group(item("A", "1")), subject("S1", in_form(group(item("B", "2"))), transaction="delete"))
    assert items_of(rows_in(text)[0]) == {"A": Cell("", "", UNKNOWN, ("1",)), "B": Cell("", "", UNKNOWN, ("2",))}


def test_items_without_any_transaction_type() -> None:
    """They are taken once, with a warning; a second one that differs is in doubt."""
    text = folded(subject("S1", in_form(group(item("A", "1"), item("B", "1")))))
    assert texts_of(rows_in(text)) == [{"A": "1", "B": "1"}]
    assert problems_of(text) == [
        (
            "warning S1/SE/F/IG.A: it has no TransactionType, nor has what it stands in;"
            " write Insert, Update, Remove, Upsert or Context"
        ),
    ]
    again = folded(*(subject("S1", in_form(group(item("A", value)))) for value in "12"))
    assert items_of(rows_in(again)[0]) == {"A": Cell("", "", UNKNOWN, ("1", "2"))}


def test_versions_that_define_an_item_differently_give_it_no_unit() -> None:
    """A subject's transactions may stand under several versions of the metadata; what they say alike holds."""
    other = METADATA.replace('<MetaDataVersion OID="M"', '<MetaDataVersion OID="M2"').replace(
        'OID="MU.2"/>', 'OID="MU.1"/>', 1
    )
    study = METADATA.replace("</Study>", "") + other[other.index("<MetaDataVersion") :]
    parts = [clinical(in_group(item("GLUC", "5"))), clinical(in_group(item("SEX", "F")), version="M2")]
    (row,) = rows_in(file_of(study, *parts, kind="Transactional"))
    assert items_of(row) == {"GLUC": Cell("5"), "SEX": Cell("F", "", "", ("Female", "Femme"))}


def test_a_version_that_is_not_defined_leaves_all_without_units_and_decodes() -> None:
    """Nobody knows what it says of the items that stand under it."""
    parts = [clinical(in_group(item("GLUC", "5"))), clinical(in_group(item("SEX", "F")), version="M9")]
    (row,) = rows_in(file_of(METADATA, *parts, kind="Transactional"))
    assert items_of(row) == {"GLUC": Cell("5"), "SEX": Cell("F")}


def test_the_latest_site_holds() -> None:
    """A subject that moves is at the new site."""
    moved = [subject("S1", f'<SiteRef LocationOID="L.{number}"/>', transaction="Upsert") for number in (1, 2)]
    (row,) = rows_in(folded(*moved, in_group(item("A", "1"))))
    assert row.cells["@SiteRef"].text == "L.2"


def test_odm_2_folds_nested_groups() -> None:
    """A group within a group has its keys within it."""
    value = "<ItemData ItemOID='A'><Value>{}</Value></ItemData>"
    parts = [
        subject("S1", event(group(group(value.format(text), oid="IN", repeat="1"), oid="OUT")), transaction="Upsert")
        for text in "12"
    ]
    (row,) = rows_in(file_of(METADATA, *(clinical(each) for each in parts), kind="Transactional", version="2.0"))
    assert (row.path, row.cells["A"]) == ("S1/SE/OUT/IN[1]", Cell("2"))


OIDS = st.sampled_from("AB")
KEYS = st.sampled_from(["1", "2"])
VALUES = st.sampled_from("123")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), KEYS, OIDS, VALUES),
        st.tuples(st.just("item"), KEYS, OIDS, st.just("")),
        st.tuples(st.just("group"), KEYS, st.just(""), st.just("")),
        st.tuples(st.just("subject"), st.just(""), st.just(""), st.just("")),
    ),
    max_size=8,
)


def as_transaction(step: tuple[str, str, str, str]) -> str:
    """A step as XML."""
    kind, key, oid, value = step
    if kind == "subject":
        return subject("S1", transaction="Remove")
    if kind == "group":
        return subject("S1", in_form(group(repeat=key, transaction="Remove")), transaction="Upsert")
    inside = item(oid, value) if kind == "set" else item(oid, None, "Remove")
    return subject("S1", in_form(group(inside, repeat=key)), transaction="Upsert")


@given(STEPS)
def test_folding_is_what_a_dictionary_does(steps: list[tuple[str, str, str, str]]) -> None:
    """Setting and removing, in any order, leave what they leave in a dictionary of dictionaries."""
    expected: dict[str, dict[str, str]] = {}
    for kind, key, oid, value in steps:
        if kind == "subject":
            expected.clear()
        elif kind == "group":
            expected.pop(key, None)
        elif kind == "item":
            expected.setdefault(key, {}).pop(oid, None)
        else:
            expected.setdefault(key, {})[oid] = value
    rows = rows_in(folded(*map(as_transaction, steps), subject("S1", transaction="Upsert")))
    found = {row.path.partition("[")[2][:1]: {name: cell.text for name, cell in items_of(row).items()} for row in rows}
    assert found == {key: items for key, items in expected.items() if items}
