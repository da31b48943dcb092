"""Thirty subjects that are written in every format and read again have the findings that they had before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.edc_subjects import records, ruleset, verdicts
from adapters.fhir_writer import bundle_of
from adapters.journeys import EXACT, WAYS, bundles, through_fhir
from ucmsc_rules import Status, Truth, Verdict, screen
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.facts.fact import same_report
from ucmsc_rules.facts.records import Record, read_record

DOCS = Path(__file__).parents[2] / "docs"
STATUS = "status"
# what a format cannot say, by the formats, the subject and what is found of it; docs/edc.md has the same reasons
FORCED = {
    (("FHIR bundles", "FHIR bulk export"), "UC-201-005", (STATUS, "I4")): (
        "FHIR has no element for the copies that an assay counts as one IU"
    ),
    (("SDTM Dataset-JSON", "SDTM XPT"), "UC-202-004", ("E6",)): "SDTM holds no result that a correction replaced",
}
# a man whose form says that he is pregnant: who does not read the form sees a man
UNSEEN_CONFLICT = ("UC-203-004", "E12")


def answers(verdict: Verdict) -> dict[str, object]:
    """The anchors, the status, and each finding with its branches."""
    findings = {each.criterion: (each.holds, dict(each.branches)) for each in verdict.findings}
    return {"anchors": dict(verdict.anchors), STATUS: verdict.status, **findings}


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """A format, or a form of one."""
    return str(request.param)


@pytest.fixture(scope="module")
def received(way: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Received]:
    """What is received of each subject, written and read once."""
    return {each.record["subject"]: each for each in WAYS[way](tmp_path_factory.mktemp("written"))}


def test_the_findings_are_the_same(way: str, received: Mapping[str, Received]) -> None:
    """Each differs only where the format cannot say what it is from, and is unknown there."""
    assert sorted(received) == sorted(records())
    differing = {}
    for name, each in received.items():
        wanted, got = answers(verdicts()[name]), answers(screen(ruleset(), each.record))
        if different := tuple(key for key, answer in wanted.items() if got[key] != answer):
            differing[name] = different
            assert all(got[key] in ((Truth.UNKNOWN, {}), Status.UNDETERMINED) for key in different)
    assert differing == {name: which for (ways, name, which) in FORCED if way in ways}


def test_nothing_is_left_out(way: str, received: Mapping[str, Received]) -> None:
    """All that is written is read; where answers have codes, the one that has none is told."""
    assert [each.unread for each in received.values() if each.unread] == []
    told = [(name, problem.message) for name, each in received.items() for problem in each.problems]
    if way.startswith("wide"):  # its mapping lists no words, so that it is told when the record is read
        assert told == []
    else:
        ((name, message),) = told
        assert (name, message.partition(";")[0]) == (
            "UC-203-003",
            '"perhaps" is none of the texts that the mapping knows here',
        )


def test_the_facts_mean_the_same(way: str, received: Mapping[str, Received]) -> None:
    """Each concept comes back; but in FHIR and SDTM, which say some things otherwise, all that was said of it does."""
    for name, each in received.items():
        before, after = meaning(records()[name]), meaning(each.record)
        assert (after[0], {said[0] for said in after[1]}) == (before[0], {said[0] for said in before[1]})
        assert way not in EXACT or after == before, name


def meaning(raw: object) -> tuple[object, set[tuple[object, ...]]]:
    """The anchors of a record and what its facts say, whatever they were called and wherever they stood."""
    record = read_record(raw, 0, ruleset().dictionary, ruleset().anchors)
    assert isinstance(record, Record)
    return record.given, {same_report(fact) for facts in record.facts.values() for fact in facts}


def test_standard_codes_alone_say_less_and_nothing_else() -> None:
    """By the shipped mapping, which does not know the study's codes, each finding is the same or unknown."""
    same = dict.fromkeys((criterion.id for criterion in ruleset().criteria), 0)
    for each in through_fhir(bundles(), "fhir-r4"):
        name = each.record["subject"]
        verdict = screen(ruleset(), each.record, anchors=records()[name]["anchors"])
        for wanted, got in zip(verdicts()[name].findings, verdict.findings, strict=True):
            if (name, wanted.criterion) != UNSEEN_CONFLICT:
                assert got.holds in (wanted.holds, Truth.UNKNOWN), (name, wanted.criterion)
            same[wanted.criterion] += got.holds == wanted.holds
    assert (same["I1"], same["I4"]) == (len(records()), len(records()) - 1)


def test_bundles_are_of_r4() -> None:
    """The classes of fhir.resources (R4B, which has these resources as R4 has them) take every bundle."""
    classes = pytest.importorskip("fhir.resources.R4B.bundle", reason="fhir.resources is not installed")
    for record in records().values():
        assert len(classes.Bundle.model_validate(bundle_of(record)).entry) > len(record["facts"]) - 2


def test_the_docs_say_what_is_forced() -> None:
    """Each reason stands on the page."""
    page = (DOCS / "edc.md").read_text(encoding="utf-8")
    assert [reason for reason in FORCED.values() if reason not in page] == []
