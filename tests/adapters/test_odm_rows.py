"""Item groups of a snapshot as rows: what a cell holds, in each version and type of item."""

from __future__ import annotations

import pytest

from adapters.odm_samples import (
    METADATA,
    around,
    clinical,
    event,
    file_of,
    form,
    group,
    in_form,
    items_of,
    one,
    problems_of,
    rows_in,
    subject,
    subjects_of,
    texts_of,
)  # fmt: skip
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN, Cell

REDCAP = 'xmlns:rc="https://projectredcap.org" xmlns:v="urn:vendor"'


def test_each_item_group_is_a_row() -> None:
    """Items of one group and repeat key stand together, and rows come in the order of the file."""
    text = file_of(METADATA, clinical(subject("S1", in_form(
        group(LBTESTCD="HBVDNA", LBORRES="20", oid="LB", repeat="1"), group(LBTESTCD="CREAT", oid="LB", repeat="2"),
    ))))  # fmt: skip
    rows = rows_in(text)
    assert [(row.kind, row.path) for row in rows] == [("LB", "S1/SE/F/LB[1]"), ("LB", "S1/SE/F/LB[2]")]
    assert texts_of(rows) == [{"LBTESTCD": "HBVDNA", "LBORRES": "20"}, {"LBTESTCD": "CREAT"}]


def test_groups_without_repeat_keys_are_told_apart_by_their_number() -> None:
    """Two groups of one name without a key are two rows, and their paths differ."""
    text = file_of(METADATA, clinical(subject("S1", in_form(group(A="1"), group(A="2")))))
    assert [row.path for row in rows_in(text)] == ["S1/SE/F/IG", "S1/SE/F/IG#2"]


def test_cells_say_where_a_row_stands() -> None:
    """The OIDs and repeat keys of event, form and group, the site and the study stand in cells of their own."""
    inside = event(form(group(A="1", oid="IG", repeat="3"), oid="F", repeat="2"), oid="SE", repeat="1")
    site = '<InvestigatorRef UserOID="U.7"/><SiteRef LocationOID="L.5"/>'
    assert around(rows_in(file_of(METADATA, clinical(subject("S1", site, inside))))[0]) == {
        "@StudyOID": "ST", "@MetaDataVersionOID": "M", "@SubjectKey": "S1", "@SiteRef": "L.5",
        "@InvestigatorRef": "U.7", "@StudyEventOID": "SE", "@StudyEventRepeatKey": "1", "@FormOID": "F",
        "@FormRepeatKey": "2", "@ItemGroupOID": "IG", "@ItemGroupRepeatKey": "3",
    }  # fmt: skip


def test_only_the_cells_that_are_asked_for() -> None:
    """Who names the cells that say where a row stands gets those alone."""
    text = file_of(METADATA, clinical(subject("S1", in_form(group(A="1")))))
    assert around(rows_in(text, around=["@FormOID"])[0]) == {"@FormOID": "F"}
    assert around(rows_in(text, around=[])[0]) == {}


def test_forms_directly_in_a_subject() -> None:
    """REDCap leaves the event out where a project has none; what its own attributes say is kept by its own prefix."""
    inside = '<FormData FormOID="Form.bp" FormRepeatKey="2" rc:RepeatInstrument="bp" v:x="1">'
    text = file_of(METADATA, clinical(subject("1", inside, group(sys="110"), "</FormData>")), more=REDCAP)
    (row,) = rows_in(text)
    assert row.path == "1/Form.bp[2]/IG"
    assert "@StudyEventOID" not in row.cells
    assert row.cells["@redcap:RepeatInstrument"].text == "bp"
    assert row.cells["@v:x"].text == "1"


def test_groups_directly_in_an_event_of_odm_2() -> None:
    """An outermost group that has the type of a form, or groups in it, takes the place of the form."""
    study = '<Study OID="ST"><MetaDataVersion OID="M"><ItemGroupDef OID="IG.F" Type="Form"/></MetaDataVersion></Study>'
    inner = group("<ItemData ItemOID='A'><Value>1</Value></ItemData>", oid="IG.A", repeat="1")
    typed = f'<ItemGroupData ItemGroupOID="IG.F" ItemGroupRepeatKey="9">{inner}</ItemGroupData>'
    untyped = f'<ItemGroupData ItemGroupOID="IG.G">{inner}</ItemGroupData>'
    rows = rows_in(file_of(study, clinical(subject("S1", event(typed, untyped, inner))), version="2.0"))
    assert [row.path for row in rows] == ["S1/SE/IG.F[9]/IG.A[1]", "S1/SE/IG.G/IG.A[1]", "S1/SE/IG.A[1]"]
    assert [around(row).get("@FormOID") for row in rows] == ["IG.F", "IG.G", None]
    assert [around(row).get("@FormRepeatKey") for row in rows] == ["9", None, None]
    assert [row.kind for row in rows] == ["IG.A"] * 3


def test_a_group_with_items_and_groups_gives_a_row_of_its_own() -> None:
    """Items beside nested groups are the row of the outer group, and not of the inner ones."""
    value = "<ItemData ItemOID='{}'><Value>{}</Value></ItemData>"
    outer = group(value.format("A", 1), group(value.format("B", 2), oid="IN"), value.format("C", 3), oid="OUT")
    rows = rows_in(file_of(METADATA, clinical(subject("S1", event(outer))), version="2.0"))
    assert [(row.kind, items_of(row).keys()) for row in rows] == [("OUT", {"A", "C"}), ("IN", {"B"})]


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.3.2"])
def test_versions_that_agree(version: str) -> None:
    """1.2 and all of 1.3 are read alike."""
    text = file_of(METADATA, clinical(subject("S1", in_form(group(SEX="F", GLUC="5")))), version=version)
    assert items_of(rows_in(text)[0]) == {"SEX": Cell("F", "", "", ("Female", "Femme")), "GLUC": Cell("5", "mmol/L")}


def test_a_code_has_its_decodes_beside_it() -> None:
    """English decodes go first; a code that the list lacks has none."""
    assert items_of(rows_in(one(SEX="F"))[0])["SEX"].also == ("Female", "Femme")
    assert items_of(rows_in(one(SEX="X"))[0])["SEX"] == Cell("X")


def test_the_unit_of_an_item() -> None:
    """A reference of the item's own goes before the definition's; the English symbol is taken."""
    own = '<ItemData ItemOID="GLUC" Value="99"><MeasurementUnitRef MeasurementUnitOID="MU.1"/></ItemData>'
    assert items_of(rows_in(one(own))[0])["GLUC"] == Cell("99", "mg/dL")
    assert items_of(rows_in(one(GLUC="5.5"))[0])["GLUC"] == Cell("5.5", "mmol/L")


def test_an_item_that_may_be_in_several_units_has_none_by_default() -> None:
    """Where the definition lists two units and the data say neither, there is none."""
    assert items_of(rows_in(one(CREAT="1"))[0])["CREAT"] == Cell("1")


def test_a_unit_that_is_not_defined_can_be_read_by_nobody() -> None:
    """An OID that looks like a unit is no unit; one without a symbol is none either."""
    item = '<ItemData ItemOID="A" Value="99"><MeasurementUnitRef MeasurementUnitOID="{}"/></ItemData>'
    unknown, nameless = one(item.format("mmol/L")), one(item.format("MU.3"))
    assert items_of(rows_in(unknown)[0])["A"] == Cell("99", "the undefined unit mmol/L")
    assert items_of(rows_in(nameless)[0])["A"] == Cell("99", "the undefined unit MU.3")
    assert problems_of(unknown) == [
        'error S1/SE/F/IG.A: its unit "mmol/L" is not defined in the file; give the study\'s metadata with it',
    ]


def test_two_units_at_one_item_are_both_told() -> None:
    """Nobody can read them as one."""
    refs = '<MeasurementUnitRef MeasurementUnitOID="MU.1"/><MeasurementUnitRef MeasurementUnitOID="MU.2"/>'
    cell = items_of(rows_in(one(f'<ItemData ItemOID="A" Value="9">{refs}</ItemData>'))[0])["A"]
    assert cell == Cell("9", "mg/dL or mmol/L")


@pytest.mark.parametrize(
    "kind",
    ["String", "Float", "Integer", "Double", "Date", "PartialDate", "IncompleteDate", "Boolean", "Any", "Datetime"],
)
def test_typed_items_have_their_value_as_text(kind: str) -> None:
    """The element's text is the value, without the blanks around it; its unit is an attribute."""
    item = f'<ItemData{kind} ItemOID="A" MeasurementUnitOID="MU.1">\n  7.10\n</ItemData{kind}>'
    assert items_of(rows_in(one(item))[0])["A"] == Cell("7.10", "mg/dL")


@pytest.mark.parametrize("text", ["2024---15", "2026-02", "UN-MAR-2026", "<20", "5,4", "2026-02-27T08:10:00+08:00"])
def test_values_stay_as_written(text: str) -> None:
    """Partial and incomplete dates, comparators and decimal commas are for others to read."""
    assert items_of(rows_in(one(A=text.replace("<", "&lt;")))[0])["A"].text == text


def test_comments_and_cdata_do_not_cut_a_value() -> None:
    """92<!-- -->.5 is 92.5."""
    values = "<ItemDataFloat ItemOID='A'>9<!-- c -->2<?p i?>.<![CDATA[5]]></ItemDataFloat>"
    assert items_of(rows_in(one(values))[0])["A"].text == "92.5"


def test_a_value_with_an_element_in_it_is_unknown() -> None:
    """10<sup>3</sup> is neither 10 nor 103."""
    text = one("<ItemDataString ItemOID='A'>10<sup>3</sup></ItemDataString>")
    assert items_of(rows_in(text)[0])["A"] == Cell('a text with an element "sup" in it')
    assert problems_of(text) == [
        'error S1/SE/F/IG.A: its text has an element "sup" in it, so it is unknown; write a plain text',
    ]


@pytest.mark.parametrize("item", ['<ItemData ItemOID="A" Value=""/>', '<ItemData ItemOID="A" Value="  "/>',
                                  '<ItemData ItemOID="A"/>', '<ItemDataString ItemOID="A"/>'])  # fmt: skip
def test_an_item_without_a_value_is_blank(item: str) -> None:
    """It says nothing, and is there."""
    assert items_of(rows_in(one(item))[0]) == {"A": Cell("")}


def test_is_null_is_unknown_unless_the_mapping_says_what_it_means() -> None:
    """An empty item may hide an answer that was cleared."""
    text = one('<ItemData ItemOID="A" IsNull="Yes"/>')
    assert items_of(rows_in(text)[0])["A"] == Cell("", "", UNKNOWN)
    assert items_of(rows_in(text, nulls={"@IsNull": NOT_DONE})[0])["A"] == Cell("", "", NOT_DONE)
    assert problems_of(text) == []


def test_a_reason_for_null_goes_before_what_null_means() -> None:
    """OpenClinica says why an item is empty; a reason that the mapping lacks is unknown."""
    space = 'xmlns:oc="http://www.openclinica.org/ns/odm_ext_v130/v3.1"'
    item = '<ItemData ItemOID="A" IsNull="Yes" oc:ReasonForNull="NASK"/>'
    text = file_of(METADATA, clinical(subject("S1", in_form(group(item)))), more=space)
    cells = [items_of(rows_in(text, nulls=nulls)[0])["A"].absent for nulls in (
        {"nask": NOT_DONE}, {"NASK": UNKNOWN, "@IsNull": NOT_DONE}, {"@IsNull": NOT_DONE}, {},
    )]  # fmt: skip
    assert cells == [NOT_DONE, UNKNOWN, UNKNOWN, UNKNOWN]


def test_null_with_a_value_is_unknown_and_told() -> None:
    """The value and its decodes stay as what it may be."""
    text = one('<ItemData ItemOID="SEX" Value="M" IsNull="Yes"/>')
    assert items_of(rows_in(text)[0])["SEX"] == Cell("", "", UNKNOWN, ("M", "Male"))
    assert problems_of(text) == [
        "error S1/SE/F/IG.SEX: it is null and has a value, so it is unknown; correct it at the source",
    ]


def test_several_values_of_an_item_stand_together() -> None:
    """A text that no code list has; each of them, with its decodes, is beside it."""
    values = '<ItemData ItemOID="SEX"><Value>F</Value><Value>M</Value><Value> </Value></ItemData>'
    text = file_of(METADATA, clinical(subject("S1", event(group(values)))), version="2.0")
    assert items_of(rows_in(text)[0])["SEX"] == Cell("F; M", "", "", ("F", "Female", "Femme", "M", "Male"))


def test_the_unit_of_odm_2_stands_in_another_item() -> None:
    """UnitsItemOID of the group's definition names it; an unknown unit is no missing one."""
    ref = '<ItemGroupDef OID="IG"><ItemRef ItemOID="R" UnitsItemOID="U"/></ItemGroupDef>'
    study = f'<Study OID="ST"><MetaDataVersion OID="M">{ref}</MetaDataVersion></Study>'
    result, unit = (
        '<ItemData ItemOID="R"><Value>5</Value></ItemData>',
        '<ItemData ItemOID="U"><Value>mg/dL</Value></ItemData>',
    )
    null = '<ItemData ItemOID="U" IsNull="Yes"/>'

    def cell(*items: str) -> Cell:
        return items_of(rows_in(file_of(study, clinical(subject("S1", event(group(*items)))), version="2.0"))[0])["R"]

    assert cell(result, unit) == Cell("5", "mg/dL")
    assert cell(unit, result) == Cell("5", "mg/dL")
    assert cell(result) == Cell("5")
    assert cell(result, null) == Cell("5", "an unknown unit")


def test_an_item_that_stands_twice_and_differs_is_unknown() -> None:
    """Copies are one; two that differ are what it may be."""
    twice = '<ItemData ItemOID="A" Value="1"/><ItemData ItemOID="A" Value="{}"/>'
    assert items_of(rows_in(one(twice.format(1)))[0]) == {"A": Cell("1")}
    assert items_of(rows_in(one(twice.format(2)))[0]) == {"A": Cell("", "", UNKNOWN, ("1", "2"))}
    assert problems_of(one(twice.format(2))) == [
        "error S1/SE/F/IG.A: it stands twice in its group, and differs, so it is unknown; keep one",
    ]


@pytest.mark.parametrize("level", ["subject", "event", "form", "group", "item"])
def test_what_a_snapshot_says_is_removed_is_unknown(level: str) -> None:
    """A snapshot holds what is there, so nobody knows what such an element means."""
    removed = {name: "Remove" if name == level else "" for name in ("subject", "event", "form", "group")}
    own = "TransactionType='Remove'" if level == "item" else ""
    item = f'<ItemData ItemOID="A" Value="1" {own}/>'
    inside = group(item, B="2", transaction=removed["group"])
    inside = event(form(inside, transaction=removed["form"]), transaction=removed["event"])
    text = file_of(METADATA, clinical(subject("S1", inside, transaction=removed["subject"])))
    cells = items_of(rows_in(text)[0])
    assert cells["A"] == Cell("", "", UNKNOWN, ("1",))
    assert cells["B"] == (Cell("2") if level == "item" else Cell("", "", UNKNOWN, ("2",)))
    assert problems_of(text)[-1] == (
        "error S1/SE/F/IG.A: it is removed, which a snapshot cannot say, so it is unknown; correct it at the source"
    )


def test_other_transactions_do_not_matter_in_a_snapshot() -> None:
    """Exports write Insert at every level."""
    item = '<ItemData ItemOID="A" Value="1" TransactionType="Insert"/>'
    text = file_of(METADATA, clinical(subject("S1", in_form(group(item, transaction="Upsert")), transaction="Insert")))
    assert texts_of(rows_in(text)) == [{"A": "1"}]
    assert "@TransactionType" not in rows_in(text)[0].cells


def test_what_no_mapping_can_speak_of_is_counted() -> None:
    """Annotations and what vendors add are listed; audit records and signatures are no data."""
    item = '<ItemData ItemOID="A" Value="1" v:Status="x"><Annotation SeqNum="1"/><AuditRecord/></ItemData>'
    inside = in_form(group(item, "<Annotation/><Signature/><v:x/>"), "<Annotation/>")
    text = file_of(METADATA, "<ReferenceData/>", clinical(subject("S1", inside)), more=REDCAP)
    (only,) = subjects_of(text)
    assert texts_of(only.rows) == [{"A": "1"}]
    assert only.unread == {
        "ReferenceData": 1, "attribute v:Status of items": 1, "Annotation of items": 1,
        "Annotation in ItemGroupData": 1, "x in ItemGroupData": 1, "Annotation in FormData": 1,
    }  # fmt: skip


def test_items_of_another_namespace_are_no_items() -> None:
    """A vendor's element that is called ItemData is counted, and its value is not taken."""
    text = file_of(
        METADATA, clinical(subject("S1", in_form(group('<v:ItemData ItemOID="A" Value="1"/>', B="2")))), more=REDCAP
    )
    (only,) = subjects_of(text)
    assert texts_of(only.rows) == [{"B": "2"}]
    assert only.unread == {"ItemData in ItemGroupData": 1}


def test_an_item_without_an_oid_is_told() -> None:
    """Nobody knows what it is."""
    assert problems_of(one('<ItemData Value="1"/>')) == [
        "error S1/SE/F/IG.: an item has no ItemOID, so nobody knows what it is; correct it at the source",
    ]


def test_problems_of_one_subject_are_listed_up_to_a_number() -> None:
    """Whoever gets a thousand lines reads none."""
    items = "".join(f'<ItemData ItemOID="I{number}" Value="1" IsNull="Yes"/>' for number in range(30))
    problems = problems_of(one(items))
    assert len(problems) == 21
    assert problems[-1] == "error S1: there are 10 more problems of the file's form"


def test_an_item_of_another_group_of_the_form_or_event() -> None:
    """The date that stands once in a form, or on the form of the visit, is there for each row that asks for it."""
    labs = form(group(LBDAT="2026-02-27", oid="HEAD"), group(LBTESTCD="CREAT", oid="LB", repeat="1"), oid="F.LB")
    visit = form(group(SVDAT="2026-02-28", oid="SV"), oid="F.SV")
    text = file_of(METADATA, clinical(subject("S1", event(visit, labs), event(form(group(X="1")), oid="SE2"))))
    rows = rows_in(text, joined=["@form:LBDAT", "@event:SVDAT"])
    found = {
        row.kind: {name: row.cells[name].text for name in ("@form:LBDAT", "@event:SVDAT") if name in row.cells}
        for row in rows
    }
    assert found == {
        "SV": {"@event:SVDAT": "2026-02-28"}, "HEAD": {"@form:LBDAT": "2026-02-27", "@event:SVDAT": "2026-02-28"},
        "LB": {"@form:LBDAT": "2026-02-27", "@event:SVDAT": "2026-02-28"}, "IG": {},
    }  # fmt: skip


def test_joined_items_that_differ_are_unknown_but_for_a_row_with_its_own() -> None:
    """Two dates on one form are both possible for a row that has none."""
    labs = in_form(group(D="1", oid="A"), group(D="2", oid="B"), group(X="1", oid="C"))
    rows = rows_in(file_of(METADATA, clinical(subject("S1", labs))), joined=["@form:D"])
    assert [row.cells["@form:D"] for row in rows] == [Cell("1"), Cell("2"), Cell("", "", UNKNOWN, ("1", "2"))]


def test_definitions_that_contradict_each_other_say_nothing() -> None:
    """An item, a unit or a code list that is defined twice, and differently, gives neither unit nor decodes."""
    unit = '<MeasurementUnit OID="{}"><Symbol><TranslatedText>{}</TranslatedText></Symbol></MeasurementUnit>'
    units = "".join(unit.format(oid, text) for oid, text in (("A", "g"), ("A", "mg"), ("B", "g")))
    items = "".join(
        f'<ItemDef OID="{oid}"><MeasurementUnitRef MeasurementUnitOID="{ref}"/></ItemDef>'
        for oid, ref in (("X", "A"), ("Y", "B"), ("Y", "A"), ("Z", "B"))
    )
    version = f'<MetaDataVersion OID="M">{items}</MetaDataVersion>'
    study = f'<Study OID="ST"><BasicDefinitions>{units}</BasicDefinitions>{version}</Study>'
    cells = items_of(rows_in(file_of(study, clinical(subject("S1", in_form(group(X="1", Y="1", Z="1"))))))[0])
    assert cells == {"X": Cell("1", "the undefined unit A"), "Y": Cell("1"), "Z": Cell("1", "g")}


def test_groups_that_are_defined_twice_and_differ_name_no_units() -> None:
    """One says that the unit stands in U, the other in V."""
    ref = '<ItemGroupDef OID="IG"><ItemRef ItemOID="R" UnitsItemOID="{}"/></ItemGroupDef>'
    study = f'<Study OID="ST"><MetaDataVersion OID="M">{ref.format("U")}{ref.format("V")}</MetaDataVersion></Study>'
    text = file_of(study, clinical(subject("S1", event(group(R="5", U="g", V="mg")))), version="2.0")
    assert items_of(rows_in(text)[0])["R"] == Cell("5")


def test_a_version_takes_over_what_it_includes() -> None:
    """Include names an earlier version, whose definitions hold where the later one has none of its own."""
    later = '<MetaDataVersion OID="M2"><Include StudyOID="ST" MetaDataVersionOID="M"/></MetaDataVersion></Study>'
    study = METADATA.replace("</Study>", later)
    text = file_of(study, clinical(subject("S1", in_form(group(SEX="F"))), version="M2"))
    assert items_of(rows_in(text)[0])["SEX"].also == ("Female", "Femme")
