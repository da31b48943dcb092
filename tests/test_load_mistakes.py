"""Loading what is wrong: each kind of mistake has its own complaint, and all are told at once."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from small_ruleset import DICTIONARY, RULESET, Load, loader, said
from ucmsc_rules import RulesetError, load_dictionary, load_ruleset


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a ruleset's text over a dictionary's text."""
    return loader(tmp_path)


@frozen
class Mistake:
    """Lines of a good file, what stands in their place, and what must be said of it."""

    right: str
    wrong: str
    said: str

    def made_in(self, text: str) -> str:
        """The text with this mistake."""
        assert self.right in text
        return text.replace(self.right, self.wrong, 1)


def mistakes(name: str) -> list[Mistake]:
    """The mistakes in a file: each a change (- and +), then the complaints about it, then a blank line."""
    text = (Path(__file__).parent / "mistakes" / name).read_text(encoding="utf-8")
    return [_mistake(block.splitlines()) for block in text.strip("\n").split("\n\n")]


def _mistake(lines: list[str]) -> Mistake:
    right, wrong = ("".join(f"{line[1:]}\n" for line in lines if line[0] == sign) for sign in "-+")
    return Mistake(right, wrong, "\n".join(line for line in lines if line[0] not in "-+"))


def shown(mistake: Mistake) -> str:
    """A mistake as the name of its test."""
    return (mistake.wrong or mistake.right).strip()[:50]


@pytest.mark.parametrize("mistake", mistakes("rulesets.txt"), ids=shown)
def test_bad_ruleset(load: Load, mistake: Mistake) -> None:
    """Each mistake in a ruleset is told with its place, its subject and what to write instead, and nothing else is."""
    assert "\n".join(said(load, mistake.made_in(RULESET), DICTIONARY)) == mistake.said


@pytest.mark.parametrize("mistake", mistakes("dictionaries.txt"), ids=shown)
def test_bad_dictionary(tmp_path: Path, mistake: Mistake) -> None:
    """Each mistake in the data dictionary is told in the same way, and nothing else is."""
    file = tmp_path / "d.yaml"
    file.write_text(mistake.made_in(DICTIONARY), encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([file])
    assert str(caught.value).replace(f"{tmp_path}/", "") == mistake.said


def test_longer_circle(tmp_path: Path) -> None:
    """Scores that are reckoned from each other are told as one circle."""
    score = "  {0}: {{kind: score, label: x, levels: {{from: 0, to: 9}}, inputs: {{{1}: {{}}}}, "
    score += "steps: {{s: {{formula: {1}}}}}}}\n"
    file = tmp_path / "d.yaml"
    file.write_text("concepts:\n" + "".join(score.format(*pair) for pair in ("ab", "bc", "ca")), encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([file])
    assert [complaint.message for complaint in caught.value.complaints] == [
        "reckoned from itself: a from b from c from a"
    ]


def test_same_name_in_two_files(tmp_path: Path) -> None:
    """A name that two files of the dictionary define is complained about at its second place."""
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("concepts:\n  sex: {kind: test, label: x}\n", encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([tmp_path / "one.yaml", tmp_path / "two.yaml"])
    assert str(caught.value) == (
        f'{tmp_path}/two.yaml:2:3 (sex): "sex" is defined at {tmp_path}/one.yaml:2:3 already; name one otherwise'
    )


def test_all_complaints(load: Load) -> None:
    """Every mistake of a ruleset and its dictionary is told at once, in the order of each file."""
    ruleset = RULESET.replace("> 2 x ULN", "> 2").replace("title: A small ruleset\n", "").replace("holds: true", "")
    complaints = said(load, ruleset, DICTIONARY.replace("label: sex, ", "").replace("584.66 g/mol", "584"))
    assert [complaint.split(" ")[0] for complaint in complaints] == [
        "d.yaml:6:25", "d.yaml:43:3", "r.yaml:1:1:", "r.yaml:21:9", "r.yaml:27:54",
    ]  # fmt: skip


def test_no_cascade(load: Load) -> None:
    """A mistake in a concept is not told again by the rules that use it."""
    assert len(said(load, RULESET, DICTIONARY.replace("{U/L: {quantum: 1}}", "{}"))) == 1


def test_missing_files(tmp_path: Path) -> None:
    """A ruleset or dictionary that is not there is told as such, with the nearest name or those that there are."""
    with pytest.raises(
        RulesetError, match='there is no ruleset "ucmsc-hbv-cirhosis"; did you mean "ucmsc-hbv-cirrhosis"'
    ):
        load_ruleset("ucmsc-hbv-cirhosis")
    with pytest.raises(RulesetError, match=r'there is no ruleset "zzz"; shipped are .*; or write the path of a file'):
        load_ruleset("zzz")
    with pytest.raises(RulesetError, match="the file cannot be read: No such file or directory"):
        load_dictionary([tmp_path / "none.yaml"])


@pytest.mark.parametrize(
    "text", ["[a]", "text", "3", "{}", "ruleset: {}\ncriteria: []\nanchors: {}\nsettings: 3\narms: x\n"]
)
def test_other_documents(load: Load, text: str) -> None:
    """A document of quite another form is complained about like any other."""
    assert said(load, text, DICTIONARY)


def test_many_mistakes(load: Load) -> None:
    """A file that is wrong throughout is told a hundred mistakes, in a time that does not grow with the rest."""
    cases = "".join(f"      - {{birth_dote_{number}: 1961, holds: true}}\n" for number in range(3000))
    start = time.process_time()
    complaints = said(load, RULESET.replace("      - {birth_date: 1961, holds: true}\n", cases), DICTIONARY)
    assert len(complaints) == 100
    assert time.process_time() - start < 10


def test_ten_thousand_criteria(load: Load) -> None:
    """Ten thousand criteria are refused by their number or by the size of the file, before parsing."""
    short = "".join(f"  C{number}: {{category: x}}\n" for number in range(10_000))
    (said_of_number,) = said(load, f"criteria:\n{short[:250_000]}", DICTIONARY)
    (said_of_size,) = said(load, f"criteria:\n{short}{short}", DICTIONARY)
    assert said_of_number.endswith("criteria are too many; a ruleset holds at most 1000")
    assert said_of_size == "r.yaml:1:1: the file is too large; it holds at most 262144 bytes"


def test_time_is_proportional(load: Load) -> None:
    """Ten times as many criteria take about ten times as long."""
    head, criterion, _ = re.split("(?<=criteria:\\n)|(?=  E1:)", RULESET)

    def seconds(count: int) -> float:
        text = head + "".join(criterion.replace("I1:", f"I{number}:") for number in range(count))
        start = time.process_time()
        load(text, DICTIONARY)
        return time.process_time() - start

    load(RULESET, DICTIONARY)
    assert seconds(400) < 40 * min(seconds(40) for _ in range(3))


VALUES = ["{}", "[]", "[a]", "{a: b}", "null", "true", "3", "-1", "1.5", "1e400", "''", "[[]]", "{1: {}}", "yes",
          "screening", "9" * 21, "x: y", "bilirubin", "grade", "trial", "inr < 2", "{from: 0, to: 3}", ""]  # fmt: skip
ANY_PART = re.compile(r"[A-Za-z0-9_./%<>=\"' ]+|\{[^{}]*\}|\[[^\[\]]*\]")
EDITS = st.lists(st.tuples(st.booleans(), st.integers(0, 10_000), st.sampled_from(VALUES)), min_size=1, max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_any_edit(load: Load, edits: list[tuple[bool, int, str]]) -> None:
    """Whatever is put in place of any part of the files, they load, or a RulesetError says what is wrong."""
    texts = [RULESET, DICTIONARY]
    for which, number, value in edits:
        parts = list(ANY_PART.finditer(texts[which]))
        part = parts[number % len(parts)]
        texts[which] = texts[which][: part.start()] + value + texts[which][part.end() :]
    try:
        load(*texts)
    except RulesetError as error:
        complaints = error.complaints
    else:
        complaints = ()
    assert all(complaint.message and complaint.place.line > 0 for complaint in complaints)
