"""Results of SDTM: originals before standardised ones, what was not done, specimens, fasting, limits and dates."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sdtm_reading import facts_of, holds, mapping_with, messages, read_one, the_fact
from adapters.sdtm_writer import Line
from ucmsc_rules import Truth

CREATININE: Line = {"LBSEQ": "12", "LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBDTC": "2026-02-27T08:10"}
ORIGINAL = {"LBORRES": "1.6", "LBORRESU": "mg/dL", "LBORNRHI": "0.8"}
STANDARD = {"LBSTRESC": "141.44", "LBSTRESN": "141.44", "LBSTRESU": "umol/L", "LBSTNRHI": "70"}


def test_an_original_result_goes_before_the_standardised_one(tmp_path: Path) -> None:
    """Result, unit and limit are the original ones, and the fact says where it is from."""
    received = read_one(tmp_path, LB=[CREATININE | ORIGINAL | STANDARD])
    assert facts_of(received) == [
        {
            "concept": "creatinine", "value": "1.6", "unit": "mg/dL", "when": "2026-02-27T08:10", "uln": "0.8 mg/dL",
            "source": "LB[12].LBORRES",
        }
    ]  # fmt: skip
    assert received.unread == {}


def test_a_limit_that_was_rounded_in_standard_units_does_not_flip_a_verdict(tmp_path: Path) -> None:
    """1.6 mg/dL is twice 0.8, and no more; 141.44 umol/L is more than twice the rounded 70."""
    received = read_one(tmp_path, LB=[CREATININE | ORIGINAL | STANDARD])
    assert holds(received, "E4") is Truth.UNKNOWN  # d does not hold, and the other branches are not known


def test_the_same_limit_decides_where_it_is_all_there_is(tmp_path: Path) -> None:
    """Without an original result the standardised one serves, with its own limit, and the source says so."""
    received = read_one(tmp_path, LB=[CREATININE | STANDARD])
    assert facts_of(received) == [
        {
            "concept": "creatinine", "value": "141.44", "unit": "umol/L", "when": "2026-02-27T08:10",
            "uln": "70 umol/L", "source": "LB[12].LBSTRESC",
        }
    ]  # fmt: skip
    assert holds(received, "E4") is Truth.TRUE


def test_a_standardised_limit_never_joins_an_original_result(tmp_path: Path) -> None:
    """An original result without a limit of its own has none."""
    received = read_one(tmp_path, LB=[CREATININE | STANDARD | {"LBORRES": "1.7", "LBORRESU": "mg/dL"}])
    assert the_fact(received) == {
        "concept": "creatinine", "value": "1.7", "unit": "mg/dL", "when": "2026-02-27T08:10",
    }  # fmt: skip


def test_a_derived_result_is_no_result(tmp_path: Path) -> None:
    """An average of two results stands beside them, and is listed as unread."""
    received = read_one(tmp_path, LB=[CREATININE | STANDARD | {"LBDRVFL": "Y"}])
    assert facts_of(received) == []


def test_a_mapping_may_take_the_standardised_result_itself(tmp_path: Path) -> None:
    """A rule that names LBSTRESC gets it beside an original result, too."""
    rule = "  - {concept: creatinine, from: LB, value: LBSTRESC, unit: LBSTRESU, when: LBDTC}"
    received = read_one(tmp_path, mapping_with(rule), LB=[CREATININE | ORIGINAL | STANDARD])
    assert the_fact(received) == {
        "concept": "creatinine", "value": "141.44", "unit": "umol/L", "when": "2026-02-27T08:10",
    }  # fmt: skip


def test_what_was_not_done_gives_no_fact(tmp_path: Path) -> None:
    """NOT DONE is certain: there is no result, and nothing to list."""
    received = read_one(tmp_path, LB=[CREATININE | {"LBSTAT": "NOT DONE", "LBREASND": "haemolysed"}])
    assert (facts_of(received), received.problems, received.unread) == ([], (), {})


def test_a_result_beside_not_done_is_unknown(tmp_path: Path) -> None:
    """One of them is wrong, and nobody knows which."""
    received = read_one(tmp_path, LB=[CREATININE | ORIGINAL | {"LBSTAT": "NOT DONE"}])
    assert the_fact(received)["value"] == "no value: 1.6, which is said to be NOT DONE"
    assert messages(received) == ['LB[12].LBORRES: "1.6" stands beside LBSTAT "NOT DONE"; correct one of them']


def test_a_status_that_the_terminology_lacks_hides_a_result(tmp_path: Path) -> None:
    """CANCELLED may mean that there is a result which nobody tells: it is unknown, and no older one stands in."""
    earlier = CREATININE | ORIGINAL | {"LBSEQ": "1", "LBDTC": "2026-02-20"}
    received = read_one(tmp_path, LB=[earlier, CREATININE | {"LBSTAT": "CANCELLED"}])
    assert [fact["value"] for fact in facts_of(received)] == ["1.6", "no value: CANCELLED"]


@pytest.mark.parametrize(
    ("line", "concepts"),
    [
        ({"LBTESTCD": "GLUC", "LBSPEC": "SERUM", "LBFAST": "Y"}, ["fasting_glucose"]),
        ({"LBTESTCD": "GLUC", "LBSPEC": "SERUM", "LBFAST": "N"}, []),
        ({"LBTESTCD": "GLUC", "LBSPEC": "SERUM"}, []),
        ({"LBTESTCD": "GLUC", "LBSPEC": "URINE", "LBFAST": "Y"}, []),
        ({"LBTESTCD": "GLUC", "LBFAST": "Y"}, []),
        ({"LBTESTCD": "GLUC", "LBFAST": "Y", "LBCAT": "CHEMISTRY"}, ["fasting_glucose"]),
        ({"LBTESTCD": "GLUC", "LBFAST": "Y", "LBCAT": "URINALYSIS"}, []),
        ({"LBTESTCD": "CREAT", "LBSPEC": "URINE"}, []),
        ({"LBTESTCD": "CREAT"}, []),
        ({"LBTESTCD": "CREAT", "LBCAT": "CHEMISTRY"}, ["creatinine"]),
        ({"LBTESTCD": "ALB", "LBSPEC": "ASCITIC FLUID"}, []),
        ({"LBTESTCD": "HBVVLD"}, ["hbv_dna"]),
    ],
)
def test_a_specimen_and_fasting_are_part_of_the_concept(tmp_path: Path, line: Line, concepts: list[str]) -> None:
    """A result of another specimen, of one that may be urine, or of a glucose that may not be fasting is not read."""
    received = read_one(
        tmp_path, LB=[{"LBSEQ": "1", "LBORRES": "5", "LBORRESU": "mmol/L", "LBDTC": "2026-02-27"} | line]
    )
    assert [fact["concept"] for fact in facts_of(received)] == concepts
    assert sum(received.unread.values()) == 1 - len(concepts)


def test_a_glucose_of_which_fasting_is_unknown_is_unknown(tmp_path: Path) -> None:
    """LBFAST U: it may be a fasting glucose, so it is not passed over."""
    line = {"LBSEQ": "1", "LBTESTCD": "GLUC", "LBSPEC": "SERUM", "LBFAST": "U", "LBORRES": "11", "LBORRESU": "mmol/L"}
    received = read_one(tmp_path, LB=[line])
    assert the_fact(received)["value"] == "unreadable: 11"
    assert messages(received) == [
        "LB[1]: whether this row speaks of fasting_glucose is not known, since a cell that decides it has no value"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-02-27T08:10:33", "2026-02-27T08:10"),
        ("2026-02-27T08", "2026-02-27"),
        ("2026-02-27T-:15", "2026-02-27"),
        ("2026-02", "2026-02"),
        ("2026", "2026"),
        ("2026---15", "2026-UN-15"),
    ],
)
def test_partial_dates_stay_partial(tmp_path: Path, written: str, read: str) -> None:
    """Missing parts at the end or in the middle of a date are unknown parts; a time without its minutes is left out."""
    assert the_fact(read_one(tmp_path, LB=[CREATININE | ORIGINAL | {"LBDTC": written}]))["when"] == read


@pytest.mark.parametrize("written", ["--02-27", "2026-02-30", "2026-02-20/2026-02-27"])
def test_a_date_that_cannot_be_read_is_a_problem(tmp_path: Path, written: str) -> None:
    """The result then lies on any day, so that nothing is known at screening."""
    received = read_one(tmp_path, LB=[CREATININE | ORIGINAL | {"LBDTC": written, "LBORRES": "9"}])
    assert len(received.problems) == 1
    assert holds(received, "E4") is Truth.UNKNOWN


def test_comparators_and_target_not_detected(tmp_path: Path) -> None:
    """A comparator stands in the result's text; the lower limit of quantification is in standard units."""
    line = {
        "LBTESTCD": "HBVVLD",
        "LBSPEC": "PLASMA",
        "LBDTC": "2026-02-27",
        "LBORRESU": "copies/mL",
        "LBSTRESU": "IU/mL",
    }
    received = read_one(
        tmp_path,
        LB=[
            line | {"LBSEQ": "1", "LBORRES": "<20", "LBORRESU": "IU/mL"},
            line | {"LBSEQ": "2", "LBORRES": "NOT DETECTED", "LBLLOQ": "20"},
        ],
    )
    assert [(fact["value"], fact.get("lloq")) for fact in facts_of(received)] == [
        ("<20", None),
        ("NOT DETECTED", "20 IU/mL"),
    ]
    assert holds(received, "I4") is Truth.TRUE


def test_the_same_test_twice_at_one_minute(tmp_path: Path) -> None:
    """Both are read; what is known is the range from one to the other."""
    line = {"LBTESTCD": "HBA1C", "LBSPEC": "BLOOD", "LBDTC": "2026-02-27T08:10", "LBORRESU": "%"}
    received = read_one(tmp_path, LB=[line | {"LBSEQ": "1", "LBORRES": "6.9"}, line | {"LBSEQ": "2", "LBORRES": "8.2"}])
    assert [fact["value"] for fact in facts_of(received)] == ["6.9", "8.2"]
    assert holds(received, "E4") is Truth.UNKNOWN


def test_a_sequence_number_that_stands_twice_is_told(tmp_path: Path) -> None:
    """Both records are read, and their sources tell them apart."""
    received = read_one(tmp_path, LB=[CREATININE | ORIGINAL, CREATININE | ORIGINAL | {"LBORRES": "1.7"}])
    assert [fact["source"] for fact in facts_of(received)] == ["LB[12].LBORRES", "LB[12] (row 2 of lb.json).LBORRES"]
    assert messages(received) == [
        "LB[12] (row 2 of lb.json): LB[12] stands twice for this subject; both records are read, correct one of them"
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("POSITIVE", "positive"),
        ("Non-Reactive", "negative"),
        ("EQUIVOCAL", "indeterminate"),
        ("0.12", "unreadable: 0.12"),
    ],
)
def test_antibodies_are_read_by_words(tmp_path: Path, written: str, read: str) -> None:
    """A number is no word of a test: it is unknown, and told."""
    line = {"LBSEQ": "1", "LBTESTCD": "HCAB", "LBORRES": written, "LBDTC": "2026-02-27"}
    received = read_one(tmp_path, LB=[line])
    assert the_fact(received)["value"] == read
    assert bool(received.problems) == read.startswith("unreadable")


def test_points_of_a_score_are_no_grades(tmp_path: Path) -> None:
    """The standardised result of a Child-Pugh item is its points: without the words the grade is unknown."""
    line = {"RSCAT": "CHILD-PUGH CLASSIFICATION", "RSTESTCD": "CPS0101", "RSDTC": "2026-02-27"}
    received = read_one(tmp_path, RS=[line | {"RSSEQ": "1", "RSORRES": "Grade 1-2", "RSSTRESC": "2"}])
    assert the_fact(received)["value"] == "1-2"
    received = read_one(tmp_path, RS=[line | {"RSSEQ": "1", "RSSTRESC": "2"}])
    assert the_fact(received)["value"] == "unreadable: 2"


def test_a_ratio_has_no_unit(tmp_path: Path) -> None:
    """RATIO is how the terminology writes the unit of an INR; another unit is a problem."""
    line = {"LBSEQ": "1", "LBTESTCD": "INR", "LBSPEC": "PLASMA", "LBORRES": "1.5", "LBDTC": "2026-02-27"}
    assert the_fact(read_one(tmp_path, LB=[line | {"LBORRESU": "RATIO"}]))["unit"] == "1"
    assert "unit" not in the_fact(read_one(tmp_path, LB=[line]))
    assert len(read_one(tmp_path, LB=[line | {"LBORRESU": "sec"}]).problems) == 1


def test_a_quantity_of_hcg_is_no_answer(tmp_path: Path) -> None:
    """A pregnancy test has words and no unit."""
    line = {"LBSEQ": "1", "LBTESTCD": "HCG", "LBSPEC": "SERUM", "LBDTC": "2026-02-27"}
    assert the_fact(read_one(tmp_path, LB=[line | {"LBORRES": "NEGATIVE"}]))["value"] == "no"
    assert facts_of(read_one(tmp_path, LB=[line | {"LBORRES": "5", "LBORRESU": "mIU/mL"}])) == []


def test_a_laboratory_as_the_pilot_study_of_cdisc_has_it(tmp_path: Path) -> None:
    """No specimens, but categories; units as American laboratories write them; standardised results beside all."""
    head = {"VISITNUM": "1", "VISIT": "SCREENING 1", "EPOCH": "SCREENING", "LBBLFL": "", "LBDTC": "2026-02-20T11:30"}
    given = [
        ("CREAT", "CHEMISTRY", "1.1", "mg/dL", "1.5", "97.24", "umol/L", "132.6"),
        ("SODIUM", "CHEMISTRY", "140", "mEq/L", "145", "140", "mmol/L", "145"),
        ("HGB", "HEMATOLOGY", "14.2", "g/dL", "17.5", "8.8", "mmol/L", "10.86"),
        ("GLUC", "CHEMISTRY", "99", "mg/dL", "115", "5.5", "mmol/L", "6.38"),
        ("GLUC", "URINALYSIS", "NEGATIVE", "", "", "NEGATIVE", "", ""),
    ]
    names = ("LBTESTCD", "LBCAT", "LBORRES", "LBORRESU", "LBORNRHI", "LBSTRESC", "LBSTRESU", "LBSTNRHI")
    lines = [head | {"LBSEQ": str(n)} | dict(zip(names, texts, strict=True)) for n, texts in enumerate(given, start=1)]
    received = read_one(tmp_path, LB=lines)
    assert [(fact["concept"], fact["value"], fact["unit"], fact["uln"]) for fact in facts_of(received)] == [
        ("creatinine", "1.1", "mg/dL", "1.5 mg/dL"),
        ("serum_sodium", "140", "mEq/L", "145 mEq/L"),
        ("haemoglobin", "14.2", "g/dL", "17.5 g/dL"),
    ]
    assert received.unread == {"LB LBTESTCD=GLUC": 2}
