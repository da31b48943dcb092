"""Subjects of SDTM: demographics, anchors, consent, exposures, supplemental qualifiers, associated persons."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sdtm_reading import (
    MAPPING,
    SUBJECT,
    facts_of,
    holds,
    mapping_with,
    messages,
    read_all,
    read_one,
    subjects,
    the_fact,
    write_study,
)
from adapters.sdtm_writer import DICTIONARY, Line
from ucmsc_rules import Truth, UcmscRulesError
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.adapters.sdtm import read_sdtm


def test_an_age_gives_no_birth_date(tmp_path: Path) -> None:
    """AGE is that of the reference start, and is listed as unread."""
    received = read_one(tmp_path, DM=[{"SEX": "F", "AGE": "55", "AGEU": "YEARS"}])
    assert [fact["concept"] for fact in facts_of(received)] == ["sex"]
    assert received.unread == {"DM.AGE": 1}


def test_a_partial_birth_date_stays_partial(tmp_path: Path) -> None:
    """A year is enough where it decides."""
    assert the_fact(read_one(tmp_path, DM=[{"BRTHDTC": "1951"}])) == {"concept": "birth_date", "value": "1951"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("F", "female"),
        ("M", "male"),
        ("U", "no value: U"),
        ("UNDIFFERENTIATED", "no value: UNDIFFERENTIATED"),
        ("INTERSEX", "unreadable: INTERSEX"),
    ],
)
def test_sex(tmp_path: Path, written: str, read: str) -> None:
    """Only F and M are read as female and male; all else is unknown."""
    assert the_fact(read_one(tmp_path, DM=[{"SEX": written}]))["value"] == read


def test_a_screen_failure_has_no_reference_dates(tmp_path: Path) -> None:
    """The screening visit and the consent are told all the same, and there is no infusion."""
    received = read_one(
        tmp_path,
        DM=[{"RFSTDTC": "", "RFXSTDTC": "", "RFICDTC": "2026-02-20", "ARMNRS": "SCREEN FAILURE"}],
        SV=[{"VISIT": "SCREENING", "SVSTDTC": "2026-02-20", "SVENDTC": "2026-03-01"}],
        DS=[{"DSSEQ": "1", "DSTERM": "SCREEN FAILURE", "DSDECOD": "SCREEN FAILURE", "DSSTDTC": "2026-03-02"}],
    )
    assert received.record["anchors"] == {"screening": "2026-03-01"}
    assert [fact["concept"] for fact in facts_of(received)] == ["informed_consent"]


def test_without_a_date_of_consent_there_is_no_consent(tmp_path: Path) -> None:
    """A blank RFICDTC gives no fact."""
    assert facts_of(read_one(tmp_path, DM=[{"RFICDTC": "", "SITEID": "101"}])) == []


def test_a_withdrawal_takes_the_consent_back(tmp_path: Path) -> None:
    """A consent before screening holds until it is withdrawn."""
    consent = {"DSSEQ": "1", "DSDECOD": "INFORMED CONSENT OBTAINED", "DSSTDTC": "2026-02-20"}
    withdrawal = {"DSSEQ": "2", "DSDECOD": "WITHDRAWAL BY SUBJECT", "DSSTDTC": "2026-04-01"}
    assert holds(read_one(tmp_path, DS=[consent]), "I5") is Truth.TRUE
    assert holds(read_one(tmp_path, DS=[consent, withdrawal]), "I5") is Truth.FALSE


def test_the_first_infusion_is_the_first_exposure(tmp_path: Path) -> None:
    """The earliest of all exposures, whatever their order."""
    later, first = {"EXSEQ": "1", "EXTRT": "x", "EXSTDTC": "2026-04-22"}, {"EXSEQ": "2", "EXTRT": "x"}
    received = read_one(tmp_path, EX=[later, first | {"EXSTDTC": "2026-03-22T10:30"}])
    assert (received.record["anchors"], received.unread) == ({"first_infusion": "2026-03-22"}, {})


@pytest.mark.parametrize("start", ["", "22 March", "2026-04-31"])
def test_an_exposure_of_an_unknown_day_may_be_the_first(tmp_path: Path, start: str) -> None:
    """Then no date of a first infusion is given, rather than that of another exposure."""
    lines = [{"EXSEQ": "1", "EXTRT": "x", "EXSTDTC": "2026-04-22"}, {"EXSEQ": "2", "EXTRT": "x", "EXSTDTC": start}]
    received = read_one(tmp_path, EX=lines)
    assert received.record["anchors"] == {}
    message = "its start cannot be read, or whether it happened, so the first exposure is not known; correct it"
    assert messages(received) == [f"EX[2].EXSTDTC: {message}"]


def test_exposures_that_may_each_be_the_first_give_no_date(tmp_path: Path) -> None:
    """2026-03 may lie before or after the 22nd."""
    lines = [{"EXSEQ": "1", "EXTRT": "x", "EXSTDTC": "2026-03-22"}, {"EXSEQ": "2", "EXTRT": "x", "EXSTDTC": "2026-03"}]
    received = read_one(tmp_path, EX=lines)
    assert received.record["anchors"] == {}
    assert len(received.problems) == 1


def test_an_exposure_that_did_not_happen_does_not_count(tmp_path: Path) -> None:
    """ECOCCUR N is a missed dose."""
    missed = {"ECSEQ": "1", "ECTRT": "x", "ECPRESP": "Y", "ECOCCUR": "N", "ECSTDTC": "2026-03-20"}
    given = missed | {"ECSEQ": "2", "ECOCCUR": "Y", "ECSTDTC": "2026-03-22"}
    assert read_one(tmp_path, EC=[missed, given]).record["anchors"] == {"first_infusion": "2026-03-22"}


def test_demographics_and_exposure_must_agree_on_the_first_infusion(tmp_path: Path) -> None:
    """Where they differ the anchor counts as not given."""
    exposure = [{"EXSEQ": "1", "EXTRT": "x", "EXSTDTC": "2026-03-22"}]
    received = read_one(tmp_path, DM=[{"RFXSTDTC": "2026-03-23T09:00"}], EX=exposure)
    assert received.record["anchors"] == {}
    assert len(received.problems) == 1
    assert read_one(tmp_path, DM=[{"RFXSTDTC": "2026-03-22T09:00"}], EX=exposure).record["anchors"] == {
        "first_infusion": "2026-03-22"
    }


def test_subjects_are_gathered_over_domains(tmp_path: Path) -> None:
    """Each subject comes once, by name, be it in one domain or in all."""
    write_study(
        tmp_path,
        DM=[{"USUBJID": "S-3", "SEX": "F"}, {"USUBJID": "S-1", "SEX": "M"}],
        LB=[
            {"USUBJID": name, "LBSEQ": "1", "LBTESTCD": "HCAB", "LBORRES": "NEGATIVE"} for name in ("S-1", "S-2", "S-3")
        ],
    )
    received = read_all(tmp_path)
    assert subjects(received) == ["S-1", "S-2", "S-3"]
    assert [[fact["concept"] for fact in facts_of(each)] for each in received] == [
        ["sex", "hcv_antibody"], ["hcv_antibody"], ["sex", "hcv_antibody"],
    ]  # fmt: skip


LABS: list[Line] = [
    {"LBSEQ": str(number), "LBTESTCD": "HBVVLD", "LBORRES": "1000", "LBORRESU": "copies/mL", "LBDTC": "2026-02-27"}
    for number in (1, 2)
]
FACTOR: Line = {"RDOMAIN": "LB", "IDVAR": "LBSEQ", "IDVARVAL": "2.0", "QNAM": "COPIESIU", "QVAL": "5.82"}


def test_a_supplemental_qualifier_joins_its_record(tmp_path: Path) -> None:
    """Its name becomes a field of the record that it belongs to."""
    received = read_one(tmp_path, LB=LABS, SUPPLB=[FACTOR])
    assert [fact.get("copies_per_iu") for fact in facts_of(received)] == [None, "5.82"]


def test_a_qualifier_of_demographics_names_no_variable(tmp_path: Path) -> None:
    """There is one record that it can belong to."""
    rule = '  - {concept: pregnant, from: DM, value: {field: PREG, values: {"Y": yes}}}'
    line = {"RDOMAIN": "DM", "IDVAR": "", "IDVARVAL": "", "QNAM": "PREG", "QVAL": "Y"}
    received = read_one(tmp_path, mapping_with(rule), DM=[{"SEX": "F"}], SUPPDM=[line])
    assert the_fact(received) == {"concept": "pregnant", "value": "yes"}


def test_a_qualifier_without_its_record_is_counted(tmp_path: Path) -> None:
    """It is not dropped without a word."""
    received = read_one(tmp_path, LB=LABS, SUPPLB=[FACTOR | {"IDVARVAL": "7"}])
    assert received.unread == {"SUPPLB": 1}


def test_two_qualifiers_that_differ_are_unknown(tmp_path: Path) -> None:
    """The same twice is one; two values of one name are none."""
    assert read_one(tmp_path, LB=LABS, SUPPLB=[FACTOR, FACTOR]).problems == ()
    received = read_one(tmp_path, LB=LABS, SUPPLB=[FACTOR, FACTOR | {"QVAL": "3.41"}])
    assert messages(received) == ['LB[2].COPIESIU: it is "5.82" and "3.41" at once; correct one of them']
    assert facts_of(received)[1]["copies_per_iu"] == "no value: 5.82 or 3.41"


def test_a_split_domain_is_one_domain(tmp_path: Path) -> None:
    """What counts is DOMAIN, and not the name of the file."""
    received = read_one(tmp_path, LBCH=[LABS[0] | {"DOMAIN": "LB"}], LBVI=[LABS[1] | {"DOMAIN": "LB"}])
    assert [fact["source"] for fact in facts_of(received)] == ["LB[1].LBORRES"]  # identical but for the number


def test_associated_persons_are_of_their_subject_and_another_kind_of_rows(tmp_path: Path) -> None:
    """A disease of a relative is listed under the subject, and never read as the subject's own."""
    line = {
        "DOMAIN": "APMH",
        "USUBJID": "",
        "RSUBJID": SUBJECT,
        "APID": "A",
        "MHTERM": "x",
        "MHDECOD": "Pulmonary embolism",
    }
    write_study(tmp_path, APMH=[line])
    assert (tmp_path / "apmh.json").write_text((tmp_path / "apmh.json").read_text().replace('"USUBJID"', '"OTHERID"'))
    (received,) = read_all(tmp_path)
    assert (received.record["subject"], facts_of(received), received.unread) == (SUBJECT, [], {"APMH": 1})


def test_a_rule_says_of_which_domain_its_rows_are(tmp_path: Path) -> None:
    """What SDTM says of ends and answers is said of a domain's variables."""
    write_study(tmp_path, MH=[{"MHSEQ": "1"}])
    mapping = mapping_with("  - {concept: malignancy, where: {--DECOD: Cancer}, value: {is: yes}}")
    with pytest.raises(UcmscRulesError) as raised:
        read_sdtm(tmp_path, mapping, DICTIONARY)
    assert str(raised.value) == 'm.yaml:6:5: "from" is missing; say of which domain the rows are, as MH'


def test_a_mapping_of_another_format_is_refused(tmp_path: Path) -> None:
    """It would find nothing in the datasets."""
    with pytest.raises(UcmscRulesError) as raised:
        read_sdtm(tmp_path, load_mapping("example-redcap", DICTIONARY), DICTIONARY)
    assert str(raised.value) == 'the mapping "example-redcap" reads redcap; SDTM needs one with "reads: sdtm"'


def test_an_end_is_completed_whatever_the_start(tmp_path: Path) -> None:
    """A mapping that takes the end date gets all that SDTM says of the end."""
    rule = "  - {concept: gi_bleeding, from: MH, value: {is: yes}, when: MHDTC, until: MHENDTC}"
    line = {"MHSEQ": "1", "MHTERM": "x", "MHDTC": "2026-01-10", "MHENRTPT": "ONGOING", "MHENTPT": "2026-02-20"}
    received = read_one(tmp_path, mapping_with(rule), MH=[line])
    assert the_fact(received) == {
        "concept": "gi_bleeding", "value": "yes", "when": "2026-01-10", "until": "ongoing", "recorded": "2026-02-20",
    }  # fmt: skip


def test_the_shipped_mapping_reads_every_concept() -> None:
    """Each concept of the dictionary has a place in some domain."""
    assert {rule.concept for rule in MAPPING.facts} == set(DICTIONARY.concepts)
