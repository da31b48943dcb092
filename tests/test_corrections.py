"""Open screenings: every state answers as if screened anew, nothing old changes, what moved is told with its cause."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ucmsc_rules import EnginesDisagree, NormalRange, Status, Truth, Verdict, load_ruleset, screen, screening
from ucmsc_rules.corrections import Act, Cause, CorrectionError, Moved, Screening, answering, changes, open_screening
from ucmsc_rules.corrections import moved as moved_module
from ucmsc_rules.facts.json_text import parse_line
from ucmsc_rules.facts.ranges import read_ranges
from ucmsc_rules.testing.strategies import facts, near_edges

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
SIGNED = {"who": "coordinator 7", "when": "2026-03-02T09:30"}
DNA = {"concept": "hbv_dna", "value": "2000 IU/mL", "when": "2026-02-27", "source": "LB[1]"}
SUGAR = {"concept": "fasting_glucose", "value": "11 mmol/L", "when": "2026-02-27", "source": "LB[2]"}
LATER_SUGAR = {"concept": "hba1c", "value": "9 %", "when": "2026-02-27", "source": "LB[3]"}
RECORD: dict[str, Any] = {"subject": "S-001", "anchors": {"screening": "2026-03-01"}, "facts": [DNA, SUGAR]}
CONCEPTS = (
    "hbv_dna", "creatinine", "inr", "ascites", "child_pugh_score", "encephalopathy_grade", "hepatic_encephalopathy",
    "human_albumin", "sex", "pregnant", "birth_date", "informed_consent", "gi_bleeding", "fasting_glucose", "hba1c",
    "interventional_trial",
)  # fmt: skip


def opened(*told: Any, **anchors: str) -> Screening:
    """A screening of these facts, without durable-rules where that does not matter."""
    record = {"subject": "S-001", "anchors": {"screening": "2026-03-01", **anchors}, "facts": list(told)}
    return open_screening(RULESET, record, engine="reference")


def moved(before: Screening, after: Screening) -> list[str]:
    """What moved, as text."""
    return [str(each) for each in changes(before, after)]


# every state answers as its record does

ENTRIES = st.sampled_from(CONCEPTS).flatmap(lambda name: facts(RULESET.dictionary[name]))
ODD = st.sampled_from([7, None, "a fact", {"concept": "hbv_dan", "value": "20 IU/mL"}, {"value": 3}, {**DNA, "on": 1}])
DAYS = st.sampled_from(["2026-03-01", "2026-03-15", "2026-02-28", "2026-03", "soon", None])
STEPS = st.one_of(
    st.tuples(st.just("add"), st.just(0), st.one_of(ENTRIES, ODD)),
    st.tuples(st.just("correct"), st.integers(0, 30), st.one_of(ENTRIES, ODD)),
    st.tuples(st.just("withdraw"), st.integers(0, 30), st.none()),
    st.tuples(st.just("anchor"), st.sampled_from(RULESET.anchors), DAYS),
)


def amended(before: Screening, step: tuple[str, Any, Any]) -> Screening:
    """The screening after a step; a step that names a withdrawn fact is left out."""
    act, which, what = step
    standing = [place for place, held in enumerate(before.entries) if not held.withdrawn]
    if act == "anchor":
        return before.with_anchors({which: what}, why="told so", **SIGNED)
    if act == "add":
        return before.with_facts(what, **SIGNED)
    if not standing:
        return before
    path = f"facts[{standing[which % len(standing)]}]"
    if act == "correct":
        return before.corrected(path, what, "told so", **SIGNED)
    return before.withdrawn(path, "told so", **SIGNED)


@given(near_edges(RULESET), st.lists(STEPS, max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_amendments_answer_as_the_final_record_screened_at_once(
    record: dict[str, Any], steps: list[tuple[str, Any, Any]]
) -> None:
    """The whole verdict, its problems and evidence too, is that of ``screen``; and no earlier state moves."""
    states = [open_screening(RULESET, record)]
    first = states[0].verdict
    for step in steps:
        states.append(amended(states[-1], step))
    assert states[-1].verdict == screen(RULESET, states[-1].record)
    assert states[0].verdict is first
    assert states[0].record == record
    assert [len(state.history) for state in states] == sorted(len(state.history) for state in states)


@given(near_edges(RULESET), st.data())
@settings(max_examples=150, deadline=None)
def test_a_withdrawn_fact_leaves_what_a_record_without_it_says(record: dict[str, Any], data: st.DataObject) -> None:
    """Findings and problems are those of the record from which the facts are gone, but for the places of the others."""
    for entry in data.draw(st.lists(ODD, max_size=2)):
        record["facts"].insert(data.draw(st.integers(0, len(record["facts"]))), entry)
    count = len(record["facts"])
    gone = data.draw(st.sets(st.integers(0, count - 1))) if count else set()
    after = open_screening(RULESET, record)
    for place in gone:
        after = after.withdrawn(f"facts[{place}]", "of another subject", **SIGNED)
    rest = screen(RULESET, {**record, "facts": [fact for n, fact in enumerate(record["facts"]) if n not in gone]})
    assert without_places(after.verdict) == without_places(rest)


def without_places(verdict: Verdict) -> tuple[object, ...]:
    """What a verdict says but for the places of facts."""
    needed = [(need.concept, need.from_day, need.to_day, need.form) for each in verdict.findings for need in each.needs]
    evidence = [evolve(one, path="") for each in verdict.findings for one in each.evidence]
    problems = [(problem.level, problem.path.rpartition(".")[2][:5]) for problem in verdict.problems]
    return answering.answers_of(verdict), needed, evidence, problems


@given(near_edges(RULESET), st.lists(STEPS, max_size=6))
@settings(max_examples=100, deadline=None)
def test_every_cause_that_is_told_is_one(record: dict[str, Any], steps: list[tuple[str, Any, Any]]) -> None:
    """Each answer that differs is told; to put back what is told moves it back, and fewer of several do not."""
    before = open_screening(RULESET, record, engine="reference")
    after = before
    for step in steps:
        after = amended(after, step)
    was, now = answering.answers_of(before.verdict), answering.answers_of(after.verdict)
    told = changes(before, after)
    assert [each.what for each in told] == [what for what in was if was[what] is not now[what]]
    for each in told:
        assert (each.before, each.after) == (was[each.what], now[each.what])
        assert each.by
        single = [put_back(before, after, {path})[each.what] is each.before for path in each.by]
        if each.cause is Cause.EACH:
            assert all(single)
        else:
            assert not any(single)
            assert put_back(before, after, set(each.by))[each.what] is each.before
            for path in each.by:
                assert put_back(before, after, {*each.by} - {path})[each.what] is not each.before


def put_back(before: Screening, after: Screening, paths: set[str]) -> Mapping[str, Truth | Status]:
    """The answers of the later record, in which these paths are as in the earlier one; reckoned from plain data."""
    old, new = before.record, after.record
    for place in range(len(new["facts"]) - 1, -1, -1):
        if f"facts[{place}]" in paths:
            new["facts"][place : place + 1] = old["facts"][place : place + 1]
    for name in RULESET.anchors:
        if f"anchors.{name}" in paths:
            new["anchors"].pop(name, None)
            new["anchors"] |= {name: old["anchors"][name]} if name in old["anchors"] else {}
    return answering.answers_of(screen(RULESET, new, engine="reference"))


# amendments


def test_a_correction_stands_where_the_old_fact_stood() -> None:
    """The path stays, the old screening stays, and the history tells both facts, who, when and why."""
    before = opened(DNA, SUGAR)
    after = before.corrected("facts[0]", {**DNA, "value": "200 IU/mL"}, "a digit too many", **SIGNED)
    assert before.verdict["I4"].holds is Truth.FALSE
    assert after.verdict["I4"].holds is Truth.TRUE
    assert after.verdict["I4"].evidence[0].path == "facts[0]"
    (step,) = after.history
    assert (step.act, step.path, step.why, step.who, step.when) == (
        Act.CORRECTED, "facts[0]", "a digit too many", "coordinator 7", "2026-03-02T09:30",
    )  # fmt: skip
    assert (step.before["value"], step.after["value"]) == ("2000 IU/mL", "200 IU/mL")
    assert before.history == ()


def test_a_withdrawn_fact_keeps_its_place() -> None:
    """The facts after it keep their paths, so that a path from an earlier verdict never names another fact."""
    after = opened(DNA, SUGAR).withdrawn("facts[0]", "of another subject", **SIGNED)
    assert after.verdict["I4"].holds is Truth.UNKNOWN
    assert after.verdict["E4"].evidence[0].path == "facts[1]"
    assert after.record["facts"] == [{**DNA, "status": "entered-in-error"}, SUGAR]
    assert after.history[-1].after is None


@pytest.mark.parametrize("entry", [7, None, [DNA], {"concept": "hbv_dan"}, {"value": "20 IU/mL"}])
def test_what_is_no_fact_can_be_withdrawn(entry: Any) -> None:
    """Its problem goes, and the history keeps what it was."""
    before = opened(DNA, entry)
    after = before.withdrawn("facts[1]", "not from this form", **SIGNED)
    assert [problem.path[:8] for problem in before.verdict.problems] == ["facts[1]"]
    assert after.verdict.problems == ()
    assert after.history[0].before == entry
    assert after.record["facts"][1]["source"] == "withdrawn; what stood here was no fact of a concept of the dictionary"


def test_a_repeated_key_is_mended_by_correction_and_by_withdrawal() -> None:
    """What a parser noticed about an entry goes with the entry, in facts as in anchors."""
    text = b'{"subject": "S-001", "anchors": {"screening": "2026-03-01", "screening": "2026-03-02"}, "facts": [%s]}'
    record: Any = parse_line(
        text % b'{"concept": "hbv_dna", "value": "20 IU/mL", "value": "2 IU/mL", "when": "2026-02-27"}'
    )
    before = open_screening(RULESET, record)
    assert [problem.path for problem in before.verdict.problems] == [
        "anchors.screening", "facts[0].value", "anchors.screening",
    ]  # fmt: skip
    assert before.verdict == screen(RULESET, before.record)
    dated = before.with_anchors({"screening": "2026-03-01"}, why="asked the site", **SIGNED)
    assert [problem.path for problem in dated.verdict.problems] == ["facts[0].value"]
    assert dated.withdrawn("facts[0]", "unclear", **SIGNED).verdict.problems == ()
    mended = dated.corrected("facts[0]", DNA, "asked the laboratory", **SIGNED)
    assert (mended.verdict.problems, mended.verdict["I4"].holds) == ((), Truth.FALSE)
    assert moved(before, mended)[1] == "I4 from unknown to false by facts[0] or anchors.screening alone"


def test_a_fact_is_named_by_its_path_its_problems_path_or_its_source() -> None:
    """All three name the same fact."""
    before = opened(DNA, SUGAR)
    for which in ("facts[1]", "facts[1].value", "LB[2]"):
        assert before.withdrawn(which, "haemolysed", **SIGNED).history[0].path == "facts[1]"


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ("facts[3]", "there is no facts[3]; the record has 3 facts"),
        ("facts[2]", "facts[2] was withdrawn; give what is now known as a new fact"),
        ("facts[-1]", '"facts[-1]" is neither the path nor the source of a fact; write a path, as facts[3]'),
        ("LB[11]", '"LB[11]" is neither the path nor the source of a fact; did you mean "LB[1]"?'),
        ("LB[1]", '"LB[1]" is the source of facts[0], facts[1]; write the path of one'),
    ],
)
def test_a_fact_that_is_not_there_is_refused(which: str, message: str) -> None:
    """The message says what there is instead."""
    before = opened(DNA, {**SUGAR, "source": "LB[1]"}, LATER_SUGAR).withdrawn("LB[3]", "a copy", **SIGNED)
    with pytest.raises(CorrectionError) as refusal:
        before.corrected(which, DNA, "told so", **SIGNED)
    assert str(refusal.value) == message


@pytest.mark.parametrize("blank", ["who", "when", "why"])
def test_an_amendment_tells_who_when_and_why(blank: str) -> None:
    """None of the three may be blank where something that was reported is changed."""
    before, said = opened(DNA), {"who": "investigator", "when": "2026-03-02", "why": "told so", blank: "  "}
    message = f'"{blank}" is blank; an amendment tells who made it, when and why'
    for amend in (
        lambda: before.corrected("facts[0]", DNA, said["why"], who=said["who"], when=said["when"]),
        lambda: before.withdrawn("facts[0]", said["why"], who=said["who"], when=said["when"]),
        lambda: before.with_anchors({"screening": "2026-03-02"}, **said),
    ):
        with pytest.raises(CorrectionError) as refusal:
            amend()
        assert str(refusal.value) == message


def test_what_is_new_needs_no_reason() -> None:
    """New facts and an anchor that was not given need who and when alone."""
    after = opened(DNA).with_facts(SUGAR, LATER_SUGAR, **SIGNED).with_anchors({"enrolment": "2026-03-15"}, **SIGNED)
    assert [(step.act, step.path) for step in after.history] == [
        (Act.ADDED, "facts[1]"), (Act.ADDED, "facts[2]"), (Act.ANCHORED, "anchors.enrolment"),
    ]  # fmt: skip
    assert after.verdict.anchors == {"screening": "2026-03-01", "enrolment": "2026-03-15"}


def test_an_anchor_that_the_ruleset_lacks_is_refused() -> None:
    """One that the record has all the same can be taken away."""
    before = opened(DNA, baseline="2026-03-01")
    assert [problem.path for problem in before.verdict.problems] == ["anchors.baseline"]
    after = before.with_anchors({"baseline": None}, why="of another trial", **SIGNED)
    assert (after.verdict.problems, "baseline" in after.record["anchors"]) == ((), False)
    with pytest.raises(CorrectionError) as refusal:
        before.with_anchors({"screning": "2026-03-01"}, **SIGNED)
    assert str(refusal.value) == '"screning" is no anchor of the ruleset; did you mean "screening"?'


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (7, 'a record is an object, not a number; write {"subject": "S-001", ...}'),
        ({"facts": []}, 'a record needs a "subject": a text of 1 to 200 characters'),
        ({"subject": "S-001", "facts": "none"}, "facts are a list of objects, not a text"),
        ({"subject": "S-001", "anchors": ["2026-03-01"]}, "anchors are an object of dates, not a list"),
        (parse_line(b'{"subject": "", "subject": 1}'), 'the key "subject" stands twice in the record; write it once'),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_amended_is_refused(record: Any, message: str) -> None:
    """What would be lost at the first amendment is an error at once."""
    with pytest.raises(CorrectionError) as refusal:
        open_screening(RULESET, record)
    assert str(refusal.value) == f"the record cannot be opened: {message}"


def test_a_key_that_no_record_has_stays_a_problem() -> None:
    """It is neither lost nor mended by amendments of facts."""
    before = open_screening(RULESET, {**RECORD, "site": "12"}, engine="reference")
    after = before.withdrawn("facts[0]", "told so", **SIGNED).with_anchors({"enrolment": "2026-03-15"}, **SIGNED)
    assert [problem.path for problem in after.verdict.problems] == ["site"]
    assert after.record["site"] == "12"


def test_what_is_given_and_got_can_be_changed_without_changing_the_screening() -> None:
    """Neither the caller's record nor a record that was handed out is shared."""
    record: dict[str, Any] = {**RECORD, "anchors": {"screening": "2026-03-01"}, "facts": [{**DNA, "extra": [1]}]}
    before = open_screening(RULESET, record, engine="reference")
    kept = before.record
    record["facts"][0]["extra"].append(2)
    record["anchors"].clear()
    before.record["facts"][0]["value"] = "1 IU/mL"
    assert before.record == kept
    with pytest.raises(TypeError):
        before.with_facts(DNA, **SIGNED).history[0].after["value"] = "1 IU/mL"


def test_default_anchors_and_normal_ranges_serve_as_in_screen() -> None:
    """They stay with the screening through its amendments."""
    bare = {"subject": "S-001", "facts": [{"concept": "creatinine", "value": "2.5 mg/dL", "when": "2026-02-27"}]}
    ranges: tuple[NormalRange, ...] = read_ranges([{"concept": "creatinine", "uln": "104 umol/L"}], RULESET.dictionary)
    anchors = {"screening": "2026-03-01"}
    after = open_screening(RULESET, bare, anchors=anchors, normal_ranges=ranges).with_facts(DNA, **SIGNED)
    assert after.verdict == screen(RULESET, after.record, anchors=anchors, normal_ranges=ranges)
    assert (after.verdict["E4"].branches["d"], after.verdict["I4"].holds) == (Truth.TRUE, Truth.FALSE)


# changes


def test_a_single_correction_is_told_with_its_fact() -> None:
    """The criterion and the status moved by it alone; another fact that was added moved nothing, and is not told."""
    before = opened(DNA)
    weight = {"concept": "body_weight", "value": "60 kg", "when": "2026-02-27"}
    after = before.corrected("facts[0]", {**DNA, "value": "200 IU/mL"}, "a slip", **SIGNED)
    after = after.with_facts({"concept": "sex", "value": "male"}, weight, **SIGNED)
    assert moved(before, after) == [
        "status from ineligible to undetermined by facts[0] alone",
        "I4 from false to true by facts[0] alone",
        "E12 from unknown to false by facts[1] alone",
    ]
    assert changes(before, after)[1] == Moved("I4", Truth.FALSE, Truth.TRUE, ("facts[0]",), Cause.EACH)


def test_two_facts_that_each_suffice_are_told_together() -> None:
    """Neither put back alone moves it back, since the other still rules the subject out."""
    before = opened()
    after = before.with_facts(SUGAR, LATER_SUGAR, DNA, **SIGNED)
    assert moved(before, after) == [
        "status from undetermined to ineligible by facts[0] and facts[1] and facts[2] together",
        "I4 from unknown to false by facts[2] alone",
        "E4 from unknown to true by facts[0] and facts[1] together",
        "E4.c from unknown to true by facts[0] and facts[1] together",
    ]


def test_two_facts_that_are_both_needed_are_each_told() -> None:
    """Only both make the answer, so that to put back any one moves it back."""
    before = opened()
    after = before.with_facts({**SUGAR, "value": "5 mmol/L"}, {**LATER_SUGAR, "value": "5 %"}, **SIGNED)
    assert moved(before, after) == ["E4.c from unknown to false by facts[0] or facts[1] alone"]


def test_a_moved_anchor_is_told() -> None:
    """A date of screening so late that the result is too old takes the answer away."""
    before = opened(DNA)
    after = before.with_anchors({"screening": "2026-03-28"}, why="postponed", **SIGNED)
    assert moved(before, after) == [
        "status from ineligible to undetermined by anchors.screening alone",
        "I4 from false to unknown by anchors.screening alone",
    ]
    assert moved(after, before) == [
        "status from undetermined to ineligible by anchors.screening alone",
        "I4 from unknown to false by anchors.screening alone",
    ]


def test_equal_screenings_have_no_changes() -> None:
    """Made apart from equal records, or amended to and fro."""
    one, other = opened(DNA, SUGAR), opened(dict(DNA), dict(SUGAR))
    astray = one.corrected("facts[0]", SUGAR, "a slip", **SIGNED)
    to_and_fro = astray.corrected("facts[0]", DNA, "it was right", **SIGNED)
    assert changes(one, one) == changes(one, other) == changes(one, to_and_fro) == ()


@given(near_edges(RULESET), st.lists(STEPS, max_size=4))
@settings(max_examples=50, deadline=None)
def test_equal_records_have_no_changes(record: dict[str, Any], steps: list[tuple[str, Any, Any]]) -> None:
    """However they came about."""
    after = open_screening(RULESET, record, engine="reference")
    for step in steps:
        after = amended(after, step)
    assert changes(after, open_screening(RULESET, after.record, engine="reference")) == ()


def test_number_and_truth_are_not_taken_for_the_same_value() -> None:
    """Python holds 1 and true for equal; a yes/no fact does not."""
    before = opened({"concept": "pregnant", "value": 1}, {"concept": "sex", "value": "female"})
    after = before.corrected("facts[0]", {"concept": "pregnant", "value": True}, "typed", **SIGNED)
    assert moved(before, after)[-1] == "E12 from unknown to true by facts[0] alone"


def test_a_shorter_state_can_be_the_later_one() -> None:
    """What only the earlier one has is put back for trial as well."""
    before, after = opened(SUGAR, DNA), opened(SUGAR)
    assert moved(before, after) == ["I4 from false to unknown by facts[1] alone"]


def test_more_trials_than_may_be_made_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the facts that differ are told as what they are: those among which the cause is."""
    monkeypatch.setattr(moved_module, "MOST_TRIALS", 3)
    before = opened()
    told = changes(before, before.with_facts(SUGAR, LATER_SUGAR, DNA, **SIGNED))
    assert {each.cause for each in told} == {Cause.AMONG}
    assert {each.by for each in told} == {("facts[0]", "facts[1]", "facts[2]")}
    assert str(told[1]) == "I4 from unknown to false by some of facts[0] and facts[1] and facts[2]"


def test_states_of_different_subjects_or_rulesets_are_not_compared() -> None:
    """Nor states that stand on other normal ranges, since the facts would not be the cause."""
    other = open_screening(RULESET, {**RECORD, "subject": "S-002"}, engine="reference")
    ranges = read_ranges([{"concept": "creatinine", "uln": "104 umol/L"}], RULESET.dictionary)
    elsewhere = open_screening(RULESET, RECORD, engine="reference", normal_ranges=ranges)
    for one in (other, elsewhere):
        with pytest.raises(CorrectionError) as refusal:
            changes(opened(DNA, SUGAR), one)
        assert str(refusal.value) == "changes are told between two states of one subject under one ruleset"


# threads


def test_a_verdict_is_reckoned_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that ask at the same time get the same object."""
    calls: list[int] = []
    right, together = screening.fire, Barrier(8)
    monkeypatch.setattr(screening, "fire", lambda *given: (calls.append(1), right(*given))[1])
    one = open_screening(RULESET, RECORD)

    def ask(_: int) -> int:
        together.wait(timeout=30)
        return id(one.verdict)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(calls) == 1


def test_a_disagreement_of_the_engines_is_raised_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never kept as a verdict, and gone once the engines agree."""
    one = open_screening(RULESET, RECORD)

    def disagree(*_: object) -> None:
        raise EnginesDisagree("E9")

    with monkeypatch.context() as patch:
        patch.setattr(screening, "fire", disagree)
        for _ in range(2):
            with pytest.raises(EnginesDisagree):
                one.verdict  # noqa: B018
    assert one.verdict == screen(RULESET, RECORD)


def test_thousands_of_screenings_stay_open_under_many_threads() -> None:
    """Each is amended by several threads in turn, and ends with the verdict of its own final record."""
    subjects = 2000
    states = [open_screening(RULESET, {**RECORD, "subject": f"S-{number:04}"}) for number in range(subjects)]

    def amend(number: int) -> bool:
        before = states[number]
        value = f"{number} IU/mL"
        after = before.corrected("facts[0]", {**DNA, "value": value}, "repeated", **SIGNED)
        if number % 3 == 0:
            after = after.withdrawn("facts[1]", "not fasting", **SIGNED)
        states[number] = after
        expected = Truth.TRUE if number <= 1000 else Truth.FALSE
        return (after.verdict.subject, after.verdict["I4"].holds) == (before.subject, expected)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(amend, range(subjects)))
    for number in range(0, subjects, 97):
        assert states[number].verdict == screen(RULESET, states[number].record)
        assert states[number].verdict["E4"].holds is (Truth.UNKNOWN if number % 3 == 0 else Truth.TRUE)
