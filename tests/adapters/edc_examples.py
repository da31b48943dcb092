"""The example files of examples/: two of the thirty subjects, cut short, in each format.

``python -m adapters.edc_examples`` in the folder of the tests writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import etree

from adapters.edc_subjects import SUBJECTS, Record, records
from adapters.fhir_writer import bundle_of
from adapters.odm_writer import to_odm
from adapters.redcap_writer import to_redcap_csv
from adapters.sdtm_writer import to_sdtm
from adapters.table_writer import to_long_csv

EXAMPLES = SUBJECTS.parent
SHOWN = {
    "UC-202-003": ("birth_date", "sex", "nyha_class", "fasting_glucose", "hba1c", "creatinine", "gi_bleeding"),
    "UC-203-008": ("birth_date", "sex", "informed_consent", "hbv_dna", "creatinine", "human_albumin"),
}


def shown() -> list[Record]:
    """The two subjects with a few of their facts."""
    return [
        {**records()[name], "facts": [fact for fact in records()[name]["facts"] if fact["concept"] in concepts]}
        for name, concepts in SHOWN.items()
    ]


def example_files() -> Mapping[str, str]:
    """The text of each file, by its name in the folder of examples."""
    return {
        "fhir-bundle.json": _bundle(),
        "odm-snapshot.xml": _odm(),
        "redcap-records.csv": to_redcap_csv(shown()).decode(),
        "facts-table.csv": to_long_csv(shown()).decode(),
        **_datasets(),
    }


def _bundle() -> str:
    """One Bundle, with an entry on each line."""
    entries = [json.dumps(entry) for record in shown() for entry in bundle_of(record)["entry"]]
    inside = ",\n  ".join(entries)
    return f'{{"resourceType": "Bundle", "type": "collection", "entry": [\n  {inside}]}}\n'


def _odm() -> str:
    return etree.tostring(etree.fromstring(to_odm(shown(), "1.3.2")), pretty_print=True, encoding="unicode")


def _datasets() -> dict[str, str]:
    """The datasets, with a row on each line."""
    with TemporaryDirectory() as folder:
        written = sorted(to_sdtm(shown(), Path(folder)).iterdir())
        datasets = {f"sdtm/{path.name}": json.loads(path.read_text(encoding="utf-8")) for path in written}
    return {name: _dataset(dataset) for name, dataset in datasets.items()}


def _dataset(dataset: dict[str, object]) -> str:
    rows = dataset.pop("rows")
    inside = ",\n  ".join(json.dumps(row) for row in rows)  # type: ignore[attr-defined]
    return f'{json.dumps(dataset)[:-1]},\n "rows": [\n  {inside}]}}\n'


if __name__ == "__main__":
    (EXAMPLES / "sdtm").mkdir(exist_ok=True)
    for name, text in example_files().items():
        (EXAMPLES / name).write_text(text, encoding="utf-8")
