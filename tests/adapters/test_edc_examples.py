"""The example files: what is written today, and one answer from all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.edc_examples import EXAMPLES, example_files, shown
from adapters.edc_subjects import ruleset
from adapters.redcap_writer import DATA_DICTIONARY
from ucmsc_rules import screen
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.sources import Source, read_source

FILES = {
    "fhir-bundle.json": "example-fhir",
    "odm-snapshot.xml": "example-odm",
    "redcap-records.csv": "example-redcap",
    "sdtm": "sdtm",
    "facts-table.csv": None,
}


def test_the_files_are_as_they_are_written() -> None:
    """None of them is of an earlier time."""
    written = {name: (EXAMPLES / name).read_text(encoding="utf-8") for name in example_files()}
    assert written == dict(example_files())


def read(name: str) -> Iterator[Received]:
    """What is received of a file by the mapping that goes with it."""
    mapping, words = FILES[name], ruleset().dictionary
    source = Source([EXAMPLES / name], load_mapping(mapping, words) if mapping else None, DATA_DICTIONARY)
    return read_source(source, words)


@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_the_same_findings(name: str) -> None:
    """Those of the two subjects as they are."""
    wanted = [screen(ruleset(), record) for record in shown()]
    got = [screen(ruleset(), each.record) for each in read(name)]
    assert [(each.subject, each.status) for each in got] == [(each.subject, each.status) for each in wanted]
    for one, other in zip(got, wanted, strict=True):
        assert {each.criterion: each.holds for each in one.findings} == {
            each.criterion: each.holds for each in other.findings
        }
