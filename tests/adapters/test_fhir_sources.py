"""Sources of FHIR: how resources find their patient, and what becomes of input that is broken or incomplete."""

from __future__ import annotations

import gzip
import json
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.fhir_making import (
    FILES,
    SNOMED,
    Json,
    bundle,
    concept,
    condition,
    data,
    facts,
    mapped,
    mapping,
    observation,
    of,
    patient,
    quantity,
    read,
    ruleset,
    said,
)
from ucmsc_rules import screen
from ucmsc_rules.adapters.fhir import parse, pool, read_fhir
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.facts.json_text import Broken

LISTED = "Observation code=loinc "
LOST = "a part of the input could not be read, and may be of this subject; so nothing that it may change is known"
ALONE = "this patient's own resource is not in the input, so sex and birth date are not known from it"


def names(received: list[Received]) -> list[str]:
    """The subjects, and the messages for what is broken."""
    return [each.record.message if isinstance(each.record, Broken) else each.record["subject"] for each in received]


def values(received: Received) -> list[str]:
    """The values of the facts that are not known of every patient."""
    return [fact["value"] for fact in facts(received)]


def raw(text: str | bytes) -> list[Received]:
    """What a stream of text gives."""
    stream = BytesIO(text if isinstance(text, bytes) else text.encode())
    return list(read_fhir(stream, mapping(), ruleset().dictionary))


OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "timeout"}, {"severity": "warning"}],
}
P, RESULT = patient(), observation()


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(bundle(RESULT)),
        json.dumps(bundle(RESULT), indent=2),
        json.dumps([P, RESULT]),
        f"{json.dumps(P)}\n{json.dumps(RESULT)}\n",
        f"\ufeff{json.dumps(P)}\n\n{json.dumps(RESULT)}",
        f"\n\n{json.dumps(bundle(RESULT))}\n\n",
        f"{json.dumps(RESULT)}\r\n{json.dumps(P)}\r\n",
        json.dumps([bundle(RESULT)]),
        json.dumps(bundle(bundle(RESULT), P)),
        json.dumps(bundle(RESULT)).encode("utf-16"),
    ],
    ids=["line", "indented", "list", "lines", "mark", "blank lines", "any order", "bundles", "nested", "UTF-16"],
)
def test_every_form_gives_the_same(text: str | bytes) -> None:
    """A Bundle, a list, lines, in any order and encoding that tells itself, are one and the same input."""
    (received,) = raw(text)
    assert (names([received]), values(received), said(received)) == (["p1"], ["1.1"], [])


def test_files_of_a_bulk_export_are_one_input(tmp_path: Path) -> None:
    """Each file has one type; subjects come in the order of the patients, and paths name the file and the line."""
    files = {
        "Observation.ndjson": [observation(id="a", subject=of("p2")), observation(id="b", subject=of("p1"))],
        "Patient.ndjson": [patient("p2"), patient("p1"), patient("p3")],
        "Condition.jsonl": [condition("25370001", subject=of("p1"), onsetDateTime="2020")],
        "Organization.ndjson": [{"resourceType": "Organization", "id": "x"}],
        "Encounter.ndjson": [{"resourceType": "Encounter", "id": "e", "subject": of("p3")}],
    }
    for name, resources in files.items():
        (tmp_path / name).write_text("\n".join(map(json.dumps, resources)), encoding="utf-8")
    found = list(read_fhir([tmp_path / name for name in files], mapping(), ruleset().dictionary))
    assert names(found) == ["p2", "p1", "p3"]
    assert [values(each) for each in found] == [["1.1"], ["1.1", "yes"], []]
    assert found[0].record["facts"][0]["source"] == "Observation.ndjson line 1 Observation/a.value"  # type: ignore[index]
    assert [dict(each.unread).get("Encounter") for each in found] == [None, None, 1]
    assert found[0].unread == {"Organization (of no patient)": 1}


def test_one_line_is_one_resource(tmp_path: Path) -> None:
    """A file of lines with a single line is read as such."""
    (tmp_path / "a.ndjson").write_text(json.dumps(P), encoding="utf-8")
    (received,) = read_fhir(str(tmp_path / "a.ndjson"), mapping(), ruleset().dictionary)
    assert received.record["facts"][0]["source"] == "line 1 Patient/p1.birth_date"  # type: ignore[index]


class Once(BytesIO):
    """A stream that can be read once."""

    def seekable(self) -> bool:
        """It is not."""
        return False


def test_a_stream_that_can_be_read_once() -> None:
    """It is held, and read like any other."""
    found = list(read_fhir(Once(data(P, RESULT).getvalue()), mapping(), ruleset().dictionary))
    assert [values(each) for each in found] == [["1.1"]]


def server(base: str, *resources: Json) -> Json:
    """A Bundle of a server, with addresses."""
    entries = [{"fullUrl": f"{base}{each['resourceType']}/{each['id']}", "resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries}


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("Patient/p1", None),
        ("Patient/p1/_history/3", None),
        ("https://x.example/fhir/Patient/p1", None),
        ("urn:uuid:11111111-1111-4111-8111-111111111111", "urn:uuid:11111111-1111-4111-8111-111111111111"),
        ("Patient/p1", "urn:uuid:11111111-1111-4111-8111-111111111111"),
        ("Patient/p1", "https://x.example/fhir/Patient/p1"),
        ("https://x.example/fhir/Patient/p1", "https://x.example/fhir/Patient/p1"),
        ("https://x.example/fhir/Patient/p1/_history/2", "https://x.example/fhir/Patient/p1"),
    ],
)
def test_how_a_reference_finds_its_patient(reference: str, address: str | None) -> None:
    """By the address of the entry, by type and identifier, with or without a version."""
    entry = {"resource": P} if address is None else {"resource": P, "fullUrl": address}
    resources = {
        "resourceType": "Bundle",
        "entry": [{"resource": observation(subject={"reference": reference})}, entry],
    }
    (received,) = read(resources)
    assert values(received) == ["1.1"]


def test_patients_of_different_servers_are_different() -> None:
    """The same identifier on two servers names two subjects; a relative reference is to one's own server."""
    one = server("https://a.example/", P, RESULT)
    other = server("https://b.example/", patient(birthDate="1950"), observation(valueQuantity=quantity(9)))
    found = read(one, other)
    assert [(each.record["facts"][0]["value"], values(each)) for each in found] == [  # type: ignore[index]
        ("1961-04-02", ["1.1"]), ("1950", ["9"]),
    ]  # fmt: skip


def test_pages_of_one_search_are_one_input() -> None:
    """A second page refers to the patient of the first; a page that is not there leaves everything open."""
    first = {
        **server("https://a.example/", P),
        "link": [{"relation": "self", "url": "1"}, {"relation": "next", "url": "2"}],
    }
    second = {**server("https://a.example/", observation()), "link": [{"relation": "self", "url": "2"}]}
    (received,) = read(first, second)
    assert values(received) == ["1.1"]
    broken, doubted = read(first)
    assert names([broken]) == ["the Bundle goes on at 2, and that page is not in the input"]
    assert said(doubted) == [f"error input: {LOST}"]


def test_a_patient_who_is_not_in_the_input() -> None:
    """The resources of one patient stay together, with a warning; what names nobody is told, and given to nobody."""
    stray = [
        observation(id="a", subject=None),
        observation(id="b", subject={"display": "Somebody"}),
        observation(id="c", subject={"reference": "urn:uuid:0"}),
        observation(id="d", subject={"reference": "#p"}, contained=[P]),
    ]
    found = read(observation(id="x"), *stray)
    assert names(found) == [
        (
            "4 resources name no patient that can be told from the input: line 2 Observation/a, line 3 Observation/b, "
            "line 4 Observation/c, line 5 Observation/d"
        ),
        "p1",
    ]
    assert (values(found[1]), said(found[1])) == (["1.1"], [f"warning Patient/p1: {ALONE}"])


def test_resources_about_something_else_are_counted() -> None:
    """What is known of groups, devices and places is of no patient."""
    found = read(P, observation(subject={"reference": "Group/g"}), {"resourceType": "Device", "id": "d"})
    assert found[0].unread == {"Device (of no patient)": 1, "Observation of a Group (of no patient)": 1}


def test_input_without_a_patient() -> None:
    """There is nothing to answer, and that is told."""
    (received,) = read({"resourceType": "Organization", "id": "x"})
    assert names([received]) == ["no resource of a patient stands in the input"]
    assert received.unread == {"Organization": 1}


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["nothing stands here; write a Bundle, or resources on a line each"]),
        (" \n", ["nothing stands here; write a Bundle, or resources on a line each"]),
        ("null", ['this is no FHIR resource, since it has no "resourceType"']),
        ("[[[[[]]]]]", ["[0] [0] [0] lists and Bundles in each other are read three deep, and these are deeper"]),
        ('{"subject": "S-001", "facts": []}', ['this is no FHIR resource, since it has no "resourceType"']),
        ('{"resourceType": 7}', None),
        (b"\xff{}", ["byte 1 is no UTF-8; save it as UTF-8"]),
        (b"\xff\xfe{", ["byte 3 is no UTF-16; save it as UTF-8"]),
        ("{'a': 1}", ["it is no JSON at character 2: \"'a': 1}\""]),
        ("[" * 200_000, ["it is nested too deeply to be read"]),
        ('{"a":' * 200_000, ["it is nested too deeply to be read"]),
        ('{"resourceType": "Bundle", "entry": 5}', ["Bundle.entry is no list, so nothing of it is read"]),
        (
            '{"resourceType": "Bundle", "entry": [7, {}, {"resource": {}}, {"request": {"method": "DELETE"}}]}',
            [
                'Bundle.entry[2]: this is no FHIR resource, since it has no "resourceType"',
                "Bundle.entry[3]: DELETE changes what was said before; export the current state",
            ],
        ),
        (
            '{"resourceType": "Bundle", "type": "history", "entry": []}',
            ["a Bundle of type history holds what was replaced or deleted; export the current state"],
        ),
        (
            json.dumps({"resourceType": "Bundle", "entry": [{"search": {"mode": "outcome"}, "resource": OUTCOME}]}),
            ["Bundle.entry[0] OperationOutcome: the server tells of an error (timeout)"],
        ),
    ],
)  # fmt: skip
def test_what_is_no_fhir(text: str | bytes, messages: list[str] | None) -> None:
    """Whatever cannot be taken is told, quickly, and never a traceback."""
    started = time.monotonic()
    found = names(raw(text))
    assert time.monotonic() - started < 5
    assert found == messages or messages is None


def test_a_file_that_breaks_off_decides_nothing() -> None:
    """The resources before the break are read; what is lost may be of any subject, so no verdict rests on the rest."""
    whole = json.dumps(bundle(P, condition("25370001", onsetDateTime="2020"), RESULT, observation("16128-1")))
    cut = whole.index('"16128-1"')
    broken, received = raw(whole[:cut])
    assert names([broken]) == [f"it breaks off after character {cut}; the 3 resources before that are read"]
    assert values(received)[:2] == ["yes", "1.1"]
    assert said(received) == [f"error input: {LOST}"]
    record = {**dict(received.record), "anchors": {"screening": "2026-03-01"}}  # type: ignore[arg-type]
    verdict = screen(ruleset(), record)
    assert {finding.holds.value for finding in verdict.findings if finding.criterion != "E3"} == {"unknown"}
    assert verdict["E3"].holds.value == "true"


@pytest.mark.parametrize("form", ["list", "lines", "second document"])
def test_other_forms_that_break_off(form: str) -> None:
    """A list, lines and a further document give what stands before the break."""
    text = (
        json.dumps([P, RESULT, RESULT])
        if form == "list"
        else f"{json.dumps(P)}\n{json.dumps(RESULT)}\n{json.dumps(RESULT)}"
    )
    if form == "second document":
        text = json.dumps(bundle(P, RESULT), indent=1) + "{}"
    found = raw(text[:-1] if form != "second document" else text)
    assert [isinstance(each.record, Broken) for each in found] == [True, False]
    assert values(found[1])[0] == "1.1"
    assert said(found[1]) == [f"error input: {LOST}"]


@given(st.integers(min_value=1, max_value=len(json.dumps(bundle(RESULT), indent=1)) - 1))
def test_a_cut_anywhere_is_told(cut: int) -> None:
    """Wherever a file is cut, it is told, and nothing is decided."""
    found = raw(json.dumps(bundle(RESULT), indent=1)[:cut])
    assert isinstance(found[0].record, Broken)
    assert all(LOST in text for each in found[1:] for text in said(each)[:1])


def test_a_key_that_stands_twice() -> None:
    """Neither value can be trusted, so the resource is lost, be it the subject that is told twice."""
    text = json.dumps([P, RESULT]).replace('"status": "final"', '"status": "final", "status": "cancelled"')
    broken, received = raw(text)
    message = (
        '[1] Observation/o1: the key "status" stands twice in one object, so neither can be trusted; write it once'
    )
    assert names([broken]) == [message]
    assert said(received) == [f"error input: {LOST}"]
    around = json.dumps(bundle(RESULT)).replace('"type"', '"id": "a", "id": "b", "type"')
    assert names(raw(around))[0] == "a key stands twice in an object around the resources; write it once"


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ({"versionId": "9"}, {"versionId": "10"}, ["2"]),
        ({"versionId": "10"}, {"versionId": "9"}, ["1.1"]),
        ({"lastUpdated": "2026-02-28T00:30:00+08:00"}, {"lastUpdated": "2026-02-27T18:00:00Z"}, ["2"]),
        ({"lastUpdated": "2026-02-27T18:00:00Z"}, {"lastUpdated": "2026-02-28T00:30:00+08:00"}, ["1.1"]),
    ],
)
def test_the_newest_version_counts(first: dict[str, str], second: dict[str, str], wanted: list[str]) -> None:
    """Of two versions of one resource the newer counts, by its number or its time; the older is counted."""
    (received,) = read(P, {**RESULT, "meta": first}, {**RESULT, "meta": second, "valueQuantity": quantity(2)})
    assert (values(received), received.unread) == (wanted, {"older versions of resources": 1})


@pytest.mark.parametrize("meta", [{}, {"versionId": "1"}, {"lastUpdated": "2026-02-27"}, {"versionId": "a"}])
def test_versions_that_nobody_can_order_are_unknown(meta: dict[str, str]) -> None:
    """Where two versions differ and nothing tells the newer, neither counts for what it says."""
    (received,) = read(P, {**RESULT, "meta": meta}, {**RESULT, "meta": meta, "status": "entered-in-error"})
    why = "several versions of this resource differ, and which is the newest is not told"
    assert values(received) == [f"no value: {why}"] * 2
    assert said(received)[:2] == [
        f"error line 2 Observation/o1: {why}",
        f"error line 2 Observation/o1: {why}, so what this says is unknown",
    ]


def test_the_same_resource_on_two_pages_is_one() -> None:
    """A copy changes nothing."""
    (received,) = read(bundle(P, RESULT), bundle(P, RESULT))
    assert (values(received), received.unread) == (["1.1"], {})


def test_what_stands_between_the_entries() -> None:
    """An entry list that is not well parted is broken where it is; the resources before that are read."""
    text = json.dumps(bundle(P, RESULT))
    place = text.index(', {"resource": {"resourceType": "Observation"')
    broken, received = raw(f"{text[:place]} {text[place + 1 :]}")
    assert names([broken])[0].startswith(f"it is no JSON at character {place + 3}: ")
    assert (names([received]), said(received)) == (["p1"], [f"error input: {LOST}"])


def test_a_list_resource_is_no_bundle() -> None:
    """Other resources have entries, too; what is in them is none of the input's resources."""
    listed = {"resourceType": "List", "id": "l", "subject": of(), "entry": [{"item": {"reference": "Observation/o1"}}]}
    (received,) = read(P, listed, RESULT)
    assert (values(received), received.unread) == (["1.1"], {"List": 1})


def test_a_resource_that_is_hidden_in_another_type_is_found() -> None:
    """The type that a resource tells last is its type, and telling two is refused."""
    text = json.dumps(P) + "\n" + json.dumps(RESULT).replace("{", '{"resourceType": "Claim", ', 1)
    broken, received = raw(text)
    assert 'the key "resourceType" stands twice' in names([broken])[0]
    assert said(received) == [f"error input: {LOST}"]


def test_a_patient_without_an_identifier_cannot_be_named() -> None:
    """The address of the entry serves; without one the subject is told of as broken."""
    nameless = {"resourceType": "Patient", "gender": "male"}
    (received,) = read({"resourceType": "Bundle", "entry": [{"fullUrl": "urn:uuid:7", "resource": nameless}]})
    assert names([received]) == ["7"]
    found = read(bundle(nameless, nameless))
    assert names(found) == [
        f"Bundle.entry[{number}] Patient has no id, so nobody can say which subject this is" for number in (0, 1)
    ]


def test_memory_does_not_grow_with_an_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that are not held any more are read again, with the same result."""
    resources = [patient(f"p{number}") for number in range(20)]
    resources += [observation(id=f"o{number}", subject=of(f"p{number % 20}")) for number in range(60)]
    usual = read(*resources)
    monkeypatch.setattr(pool, "HELD", 500)
    assert read(*resources) == usual


def test_a_document_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than so much is read at once, and what to write instead is told."""
    monkeypatch.setattr(parse, "LONGEST_DOCUMENT", 200)
    found = names(raw(json.dumps(bundle(RESULT), indent=1)))
    assert found == ["it is longer than 0 MiB; write it as NDJSON"]


HOSTILE = [None, True, 7, "x", [], {}, [[]], [None], {"coding": 5}, {"coding": [5]}, {"reference": 5}, {"value": {}}]


@given(st.dictionaries(st.sampled_from([
    "id", "status", "code", "subject", "effectiveDateTime", "effectivePeriod", "valueQuantity", "valueRange",
    "component", "referenceRange", "specimen", "meta", "focus", "category", "issued", "contained",
    "modifierExtension",
    "clinicalStatus", "verificationStatus", "onsetDateTime", "abatementPeriod", "recordedDate", "medication",
    "medicationReference", "reaction", "relationship", "condition", "provision", "study", "progress", "period",
    "gender",     "birthDate", "_birthDate", "extension", "identifier", "consent", "patient", "adherence", "value",
    "dataAbsentReason",
]), st.sampled_from(HOSTILE), max_size=12), st.sampled_from(sorted(
    ["Patient", "Observation", "Condition", "MedicationAdministration", "MedicationStatement", "Procedure", "Consent",
     "AllergyIntolerance", "FamilyMemberHistory", "ResearchSubject", "Encounter", "Bundle",
     "Medication"])))  # fmt: skip
def test_elements_of_any_form_are_no_traceback(elements: Json, kind: str) -> None:
    """Whatever stands where something else should, something comes out."""
    subject = {"subject": of(), "patient": of()} if kind != "Patient" else {}
    assert read(bundle(P, {"resourceType": kind, **subject, **elements}))


@pytest.mark.skipif(not FILES.is_dir(), reason="the files of shared/data/fhir are not here")
@pytest.mark.parametrize(
    ("name", "subject", "concepts", "unread"),
    [
        ("observation-serum-creatinine.json", "example", ["creatinine"], []),
        ("observation-serum-sodium.json", "example", ["serum_sodium"], []),
        ("observation-cbc-platelets.json", "example", ["platelets"], []),
        ("observation-serum-glucose.json", "example", [], ["Observation code=loinc 2345-7 name=Glucose, Blood"]),
        ("observation-serum-bun.json", "example", [], [f"{LISTED}3094-0 name=Urea Nitrogen (BUN), Blood"]),
        (
            "bp-data-absent.json", "example", [],
            [
                "Observation code=loinc 85354-9 name=Blood pressure systolic and diastolic",
                "Observation code=loinc 8480-6 name=Systolic blood pressure",
                "Observation code=loinc 8462-4 name=Diastolic blood pressure",
            ],
        ),
        ("missing-coded-data-example.json", "example", [], ["CareTeam"]),
        ("patient-example.json", "example", ["birth_date", "sex"], []),
        (
            "observation-example-f001-glucose.json", "f001", [],
            [f"{LISTED}15074-8 name=Glucose [Moles/volume] in Blood"],
        ),
        ("observation-example-unsat.json", "f001", [], [f"{LISTED}15074-8 name=Glucose [Moles/volume] in Blood"]),
    ],
)  # fmt: skip
def test_official_examples(name: str, subject: str, concepts: list[str], unread: list[str]) -> None:
    """Each is read, and what the mapping does not name is listed."""
    (received,) = read_fhir(FILES / name, mapping(), ruleset().dictionary)
    assert names([received]) == [subject]
    assert [fact["concept"] for fact in facts(received, besides=())] == concepts
    assert list(received.unread) == unread


@pytest.mark.skipif(not FILES.is_dir(), reason="the files of shared/data/fhir are not here")
@pytest.mark.parametrize(("name", "results"), [("Lupe_Little", 11), ("Tom_Goodwin", 24)])
def test_synthetic_patients(name: str, results: int) -> None:
    """A whole synthetic life is read without a problem; everything that is no fact is counted."""
    (path,) = FILES.glob(f"{name}*")
    text = gzip.decompress(path.read_bytes())
    (received,) = raw(text)
    assert (len(facts(received)), said(received)) == (results, [])
    kinds = [entry["resource"] for entry in json.loads(text)["entry"]]
    rows = sum(1 + len(each.get("component", ())) for each in kinds if each["resourceType"] != "Patient")
    assert sum(received.unread.values()) == rows - results
    record = {**dict(received.record), "anchors": {"screening": "2020-06-10"}}  # type: ignore[arg-type]
    assert screen(ruleset(), record).status.value in {"undetermined", "ineligible"}


def test_a_mapping_that_wants_all_observations() -> None:
    """Where a rule asks for no code, every observation is asked."""
    by = mapped(
        "rows: {Patient: {ignore: [sex, birth_date]}, Observation: {named_by: [code], ignore: [when, start]}}\n"
        "facts:\n  - {concept: creatinine, from: Observation, where: {category: krea}, value: value, unit: unit}\n"
    )
    (received,) = read(bundle(observation("1-8", category=[{"text": "KREA"}]), observation("2-6", id="x")), by=by)
    assert (values(received), received.unread) == (["1.1"], {"Observation code=loinc 2-6": 1})


def test_names_of_what_is_counted_are_those_of_rows() -> None:
    """What is counted without a row has the label that its row would have."""
    words = {"code": concept("1-8", SNOMED, text="Some test")}
    (quick,) = read(bundle(observation(**words)))
    everything = mapped(
        "rows: {Patient: {ignore: [sex, birth_date]}, Observation: {named_by: [code, name]}}\n"
        "facts:\n  - {concept: creatinine, from: Observation, where: {category: krea}, value: value}\n"
    )
    (slow,) = read(bundle(observation(**words)), by=everything)
    assert quick.unread == {"Observation code=snomed 1-8 name=Some test": 1}
    assert slow.unread == {"Observation code=http://snomed.info/sct 1-8 name=Some test": 1}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"total": 3}, "the Bundle tells of 3 matches and holds 2; give all pages of the search"),
        ({"total": 2}, None),
        ({"total": 1}, None),
        ({"total": 3, "link": [{"relation": "previous", "url": "x"}]}, None),
        ({"total": 3, "type": "collection"}, None),
        ({"total": "many"}, None),
    ],
)
def test_a_search_that_found_more_than_is_there(more: dict[str, Any], message: str | None) -> None:
    """A search without pages that holds less than it found leaves everything open; what is included is no match."""
    included = {"search": {"mode": "include"}, "resource": {"resourceType": "Organization", "id": "x"}}
    search = {**bundle(P, RESULT), "type": "searchset", **more}
    search["entry"].append(included)
    found = read(search)
    assert names(found) == ([message] if message else []) + ["p1"]


def test_a_patient_whose_data_are_parted() -> None:
    """Where the patient tells of another resource of the same person, nothing that this may change is known."""
    links = [
        {"other": {"reference": "Patient/p2"}, "type": "replaced-by"},
        {"other": {"reference": "RelatedPerson/r"}, "type": "seealso"},
    ]
    (received,) = read(bundle(patient(link=links), RESULT))
    assert said(received) == [
        (
            "error Bundle.entry[0] Patient/p1: this patient is linked to Patient/p2, where more is known of the same "
            "person, so nothing that it may change is known; merge them"
        )
    ]
    record = {**dict(received.record), "anchors": {"screening": "2026-03-01"}}  # type: ignore[arg-type]
    assert {finding.holds.value for finding in screen(ruleset(), record).findings} == {"unknown"}
    assert said(read(bundle(patient(link=links[1:]), RESULT))[0]) == []


def test_bundles_that_are_too_deep_are_told() -> None:
    """What is in the innermost is not read, and everything is open."""
    deep = bundle(RESULT)
    for _ in range(4):
        deep = bundle(deep, P)
    broken, received = read(deep)
    assert names([broken])[0].endswith("lists and Bundles in each other are read three deep, and these are deeper")
    assert said(received) == [f"error input: {LOST}"]
