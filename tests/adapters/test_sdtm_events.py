"""Events and treatments of SDTM: what was asked for and answered, what was told unasked, and when it ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.sdtm_reading import facts_of, holds, mapping_with, messages, read_one, the_fact
from adapters.sdtm_writer import Line
from ucmsc_rules import Truth

ASKED: Line = {"MHSEQ": "3", "MHTERM": "SERIOUS MENTAL DISORDER", "MHPRESP": "Y"}
DISORDER: Line = ASKED | {"MHOCCUR": "Y"}


def test_an_answer_that_there_was_none_affirms_none(tmp_path: Path) -> None:
    """It is of the day on which it was given."""
    received = read_one(tmp_path, MH=[ASKED | {"MHOCCUR": "N", "MHDTC": "2026-02-20"}])
    assert facts_of(received) == [
        {
            "concept": "serious_mental_disorder", "value": "none", "when": "2026-02-20", "recorded": "2026-02-20",
            "source": "MH[3].MHOCCUR",
        }
    ]  # fmt: skip
    assert holds(received, "E14") is Truth.FALSE


def test_an_answer_of_long_ago_speaks_only_for_the_time_before(tmp_path: Path) -> None:
    """28 days before screening is recent, 29 days are not."""
    assert holds(read_one(tmp_path, MH=[ASKED | {"MHOCCUR": "N", "MHDTC": "2026-02-01"}]), "E14") is Truth.FALSE
    assert holds(read_one(tmp_path, MH=[ASKED | {"MHOCCUR": "N", "MHDTC": "2026-01-31"}]), "E14") is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ({}, "no value: it was asked for and has no answer"),
        ({"MHOCCUR": "U"}, "no value: U"),
        ({"MHOCCUR": "PERHAPS"}, "unreadable: PERHAPS"),
        ({"MHSTAT": "UNKNOWN"}, "no value: UNKNOWN"),
        ({"MHOCCUR": "N", "MHPRESP": ""}, "no value: N, of what was not asked for"),
        ({"MHOCCUR": "N", "MHSTAT": "NOT DONE"}, "no value: N, which is said to be NOT DONE"),
    ],
)
def test_an_answer_that_is_not_told_is_unknown(tmp_path: Path, line: Line, value: str) -> None:
    """A blank answer to what was asked for, an unknown one, and an N of what was not asked for affirm nothing."""
    rule = "  - {concept: serious_mental_disorder, from: MH, where: {MHTERM: SERIOUS MENTAL DISORDER}, when: MHSTDTC}"
    received = read_one(tmp_path, mapping_with(rule, "missing: {U: unknown}\n"), MH=[ASKED | line])
    assert the_fact(received)["value"] == value
    assert holds(received, "E14") is Truth.UNKNOWN


def test_a_question_that_was_not_asked_gives_no_fact(tmp_path: Path) -> None:
    """MHSTAT NOT DONE: nobody asked."""
    received = read_one(tmp_path, MH=[ASKED | {"MHSTAT": "NOT DONE"}])
    assert (facts_of(received), received.problems) == ([], ())


def test_the_none_of_one_diagnosis_does_not_rule_out_the_others(tmp_path: Path) -> None:
    """N of deep vein thrombosis says nothing of other venous thrombosis, so it affirms nothing."""
    asked = {"MHSEQ": "1", "MHTERM": "DVT?", "MHDECOD": "Deep vein thrombosis", "MHPRESP": "Y"}
    received = read_one(tmp_path, MH=[asked | {"MHOCCUR": "N"}])
    assert facts_of(received) == []
    assert holds(read_one(tmp_path, MH=[asked | {"MHOCCUR": "Y"}]), "E10") is Truth.TRUE


@pytest.mark.parametrize(
    ("end", "known"),
    [
        ({"MHENDTC": "2024-02-29"}, {"until": "2024-02-29"}),
        ({"MHENRTPT": "ONGOING", "MHENTPT": "2026-02-20"}, {"until": "ongoing", "recorded": "2026-02-20"}),
        ({"MHENRTPT": "AFTER", "MHENTPT": "2026-02-20"}, {"until": "ongoing", "recorded": "2026-02-20"}),
        ({"MHENRTPT": "COINCIDENT", "MHENTPT": "2026-02-20"}, {"until": "2026-02-20"}),
        ({"MHENRTPT": "BEFORE", "MHENTPT": "2026-02-20"}, {"until": "ongoing", "recorded": "2010-05"}),
        ({"MHENRTPT": "UNKNOWN", "MHENTPT": "2026-02-20"}, {"until": "ongoing", "recorded": "2010-05"}),
        ({"MHENRTPT": "ONGOING", "MHENTPT": "VISIT 1"}, {"until": "ongoing", "recorded": "2010-05"}),
        ({"MHENRTPT": "ONGOING"}, {"until": "ongoing", "recorded": "2010-05"}),
        ({"MHENRF": "BEFORE"}, {"until": "ongoing", "recorded": "2010-05"}),
        ({"MHENRF": "DURING"}, {"until": "ongoing", "recorded": "2026-03-22"}),
        ({"MHENRF": "DURING/AFTER"}, {"until": "ongoing", "recorded": "2026-03-22"}),
        ({"MHENRF": "COINCIDENT"}, {"until": "ongoing", "recorded": "2026-03-22"}),
        ({"MHENRF": "AFTER"}, {"until": "ongoing", "recorded": "2026-09-22"}),
        ({"MHENRF": "U"}, {"until": "ongoing", "recorded": "2010-05"}),
        ({}, {"until": "ongoing", "recorded": "2010-05"}),
    ],
)
def test_the_end_of_an_event_that_began(tmp_path: Path, end: Line, known: dict[str, Any]) -> None:
    """Of an unknown end no more is sure than that it did not lie before the start."""
    person = {"RFSTDTC": "2026-03-22", "RFENDTC": "2026-09-22"}
    received = read_one(tmp_path, DM=[person], MH=[DISORDER | {"MHSTDTC": "2010-05"} | end])
    assert the_fact(received) == {
        "concept": "serious_mental_disorder", "value": "yes", "when": "2010-05", **known,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ({"MHENDTC": "2024-02-29", "MHDTC": "2026-02-20"}, {"until": "2024-02-29", "recorded": "2026-02-20"}),
        ({"MHENRTPT": "ONGOING", "MHENTPT": "2026-02-20"}, {"until": "ongoing", "recorded": "2026-02-20"}),
        ({"MHENRTPT": "BEFORE", "MHENTPT": "2024-02-28"}, {"recorded": "2024-02-28"}),
        ({"MHENRTPT": "BEFORE", "MHENTPT": "VISIT 1"}, {}),
        ({"MHSTRTPT": "BEFORE", "MHSTTPT": "2024-02-28", "MHDTC": "2024-02-28"}, {}),
        ({"MHSTRF": "BEFORE", "MHDTC": "2024-02-28"}, {}),
        ({"MHDTC": "2024-02-28"}, {}),
    ],
)
def test_the_end_of_an_event_of_which_no_start_is_told(tmp_path: Path, line: Line, known: dict[str, Any]) -> None:
    """It happened on some day; only one that was over is known to lie before a day."""
    received = read_one(tmp_path, MH=[DISORDER | line])
    assert the_fact(received) == {"concept": "serious_mental_disorder", "value": "yes", **known}


def test_a_blank_end_leaves_open_how_long_it_went_on(tmp_path: Path) -> None:
    """A psychosis of 2010 without an end may go on; one that ended before the 24 months does not count."""
    start = DISORDER | {"MHSTDTC": "2010"}
    assert holds(read_one(tmp_path, MH=[start]), "E14") is Truth.UNKNOWN
    assert holds(read_one(tmp_path, MH=[start | {"MHENDTC": "2024-02-29"}]), "E14") is Truth.FALSE
    assert holds(read_one(tmp_path, MH=[start | {"MHENDTC": "2024-03-01"}]), "E14") is Truth.TRUE
    ongoing = {"MHENRTPT": "ONGOING", "MHENTPT": "2026-02-20"}
    assert holds(read_one(tmp_path, MH=[start | ongoing]), "E14") is Truth.TRUE


def test_a_treatment_without_an_end_is_not_taken_to_go_on(tmp_path: Path) -> None:
    """Three months of treatment need an end, or word that it went on at a later day."""
    line = {"CMSEQ": "1", "CMTRT": "CONSERVATIVE TREATMENT", "CMPRESP": "Y", "CMOCCUR": "Y", "CMSTDTC": "2025-06-01"}
    answers = [
        {"FASEQ": str(n), "FATESTCD": "OCCUR", "FAOBJ": name, "FAORRES": "N", "FADTC": "2026-02-20"}
        for n, name in enumerate(("SYMPTOM IMPROVEMENT", "QUALITY OF LIFE IMPROVEMENT"))
    ]
    assert holds(read_one(tmp_path, CM=[line], FA=answers), "I3") is Truth.UNKNOWN
    ongoing = {"CMENRTPT": "ONGOING", "CMENTPT": "2026-02-20"}
    assert holds(read_one(tmp_path, CM=[line | ongoing], FA=answers), "I3") is Truth.TRUE
    assert holds(read_one(tmp_path, CM=[line | {"CMENDTC": "2025-07-01"}], FA=answers), "I3") is Truth.FALSE
    undated = {key: text for key, text in line.items() if key != "CMSTDTC"}
    assert holds(read_one(tmp_path, CM=[undated], FA=answers), "I3") is Truth.UNKNOWN


def test_an_end_before_the_day_on_which_it_still_went_on_is_unknown(tmp_path: Path) -> None:
    """The record contradicts itself, so that neither counts."""
    line = {"MHSTDTC": "2010", "MHENDTC": "2020-01-01", "MHENRTPT": "ONGOING", "MHENTPT": "2026-02-20"}
    received = read_one(tmp_path, MH=[DISORDER | line])
    assert messages(received) == [
        "MH[3].MHENDTC: 2020-01-01 lies before 2026-02-20, when it still went on; correct one of them"
    ]
    assert (the_fact(received)["until"], the_fact(received)["recorded"]) == ("ongoing", "2026-02-20")


def test_an_answer_stands_until_it_is_known_to_have_ended(tmp_path: Path) -> None:
    """A diagnosis with an end date says nothing of the days after it; one without an end is still there."""
    line = {"MHSEQ": "1", "MHTERM": "x", "MHDECOD": "Chronic hepatitis C", "MHSTDTC": "2010"}
    assert holds(read_one(tmp_path, MH=[line]), "E1") is Truth.TRUE
    assert holds(read_one(tmp_path, MH=[line | {"MHENRTPT": "ONGOING", "MHENTPT": "2026-02-20"}]), "E1") is Truth.TRUE
    assert holds(read_one(tmp_path, MH=[line | {"MHENDTC": "2015"}]), "E1") is Truth.UNKNOWN
    assert holds(read_one(tmp_path, MH=[line | {"MHENRTPT": "BEFORE", "MHENTPT": "2026-02-20"}]), "E1") is Truth.UNKNOWN
    assert holds(read_one(tmp_path, MH=[line | {"MHENRTPT": "BEFORE"}]), "E1") is Truth.UNKNOWN


def test_an_adverse_event_never_tells_the_whole_history(tmp_path: Path) -> None:
    """A bleeding during the trial does not say that there was none before it."""
    event = {"AESEQ": "1", "AETERM": "x", "AEDECOD": "Gastrointestinal haemorrhage", "AESTDTC": "2026-05-01"}
    received = read_one(tmp_path, AE=[event | {"AEENDTC": "2026-05-02"}])
    assert the_fact(received)["complete"] is False
    assert holds(received, "E5") is Truth.UNKNOWN
    rule = "  - {concept: gi_bleeding, from: AE, where: {AETERM: x}, when: AESTDTC}"
    assert the_fact(read_one(tmp_path, mapping_with(rule), AE=[event]))["complete"] is False


def test_the_family_is_not_the_subject(tmp_path: Path) -> None:
    """A liver cancer in the family is no malignancy of the subject."""
    line = {"MHSEQ": "1", "MHTERM": "x", "MHCAT": "FAMILY HISTORY", "MHDECOD": "Hepatocellular carcinoma"}
    assert [fact["concept"] for fact in facts_of(read_one(tmp_path, MH=[line]))] == ["family_liver_malignancy"]


def test_a_procedure_that_is_planned_is_no_event_yet(tmp_path: Path) -> None:
    """ECMOOD SCHEDULED: it has not been given, so it marks no first exposure."""
    line = {"ECSEQ": "1", "ECTRT": "UC-MSC", "ECMOOD": "SCHEDULED", "ECSTDTC": "2026-03-22"}
    received = read_one(tmp_path, EC=[line])
    assert received.record["anchors"] == {}
