"""How long read_odm takes, as a ratio to a bare iterparse of the same file, and screening apart; needs lxml.

``python benchmarks/odm.py [SUBJECTS]`` makes a file of ODM 1.3.2 and one of 2.0 in a temporary folder. Each subject has
demography, consent, 18 answers, 16 kinds of history and 60 results of the laboratory, read by the example mapping.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from lxml import etree

from ucmsc_rules import load_ruleset, screen_all
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.adapters.odm import read_odm, rows_of
from ucmsc_rules.facts.json_text import Broken

ROUNDS = 3
RULESET = "ucmsc-hbv-cirrhosis"
NAMESPACES = {"1.3.2": "http://www.cdisc.org/ns/odm/v1.3", "2.0": "http://www.cdisc.org/ns/odm/v2.0"}
TESTS = (
    ("HBVDNA", "SERUM", "<20", "IU/mL", ""), ("GLUC", "SERUM", "5.4", "mmol/L", "6.1"),
    ("HBA1C", "BLOOD", "5.9", "%", "6"), ("CREAT", "SERUM", "88", "umol/L", "104"),
    ("INR", "PLASMA", "1.4", "1", "1.2"),
    ("BILI", "SERUM", "41", "umol/L", "21"), ("ALB", "SERUM", "31", "g/L", "50"), ("ALT", "SERUM", "66", "U/L", "40"),
    ("SODIUM", "SERUM", "139", "mmol/L", "145"), ("HIVAB", "SERUM", "negative", "", ""),
    ("HCVAB", "SERUM", "negative", "", ""), ("UREA", "SERUM", "5", "mmol/L", "8"),
)  # fmt: skip
ANSWERS = (
    "HBVCIRR", "SYMPIMP", "QOLIMP", "ALCHEP", "HEPC", "AIH", "MAFLD", "OTHCAUSE", "FAMLIVCA", "CVD", "OTHSER",
    "BLEEDTEN", "BLEEDUNS", "TB", "DRUGADD", "ALCABUSE", "BRSTFEED", "UNSUIT",
)  # fmt: skip
HISTORY = ("MALIG", "GIBLEED", "UGIH", "HE", "HRS", "SBP", "INFECT", "VTE", "PE", "ALLERGY", "MENTAL")
TREATMENTS = ("CONSERV", "ALBUMIN", "TRIAL", "STEMCELL", "LTPLAN")
Group = tuple[str, dict[str, str]]


def groups_of(number: int) -> Iterator[Group]:
    """The item groups of one subject."""
    for name in ("SCREENING", "ENROLMENT", "INFUSION"):
        yield "IG.SV", {"IT.SVCAT": name, "IT.SVENDTC": "2026-03-01"}
    yield "IG.DM", {"IT.BRTHDTC": f"{1950 + number % 50}-05-17", "IT.SEX": "FM"[number % 2]}
    yield "IG.IC", {"IT.ICYN": "Y", "IT.ICDTC": "2026-02-10"}
    for test in ANSWERS:
        yield "IG.QA", {"IT.QATESTCD": test, "IT.QAORRES": "NY"[test == "HBVCIRR"], "IT.QADTC": "2026-02-27"}
    for test in HISTORY:
        yield "IG.MH", {"IT.MHCAT": test, "IT.MHOCCUR": "N", "IT.MHREC": "2026-02-27"}
    for test in TREATMENTS:
        yield "IG.CM", {"IT.CMCAT": test, "IT.CMOCCUR": "Y", "IT.CMSTDTC": "2025-06", "IT.CMENDTC": "2025-08-01"}
    for visit in range(5):
        for test, specimen, result, unit, limit in TESTS:
            yield "IG.LB", {
                "IT.LBTESTCD": test, "IT.LBSPEC": specimen, "IT.LBFAST": "Y", "IT.LBORRES": result, "IT.LBORRESU": unit,
                "IT.LBORNRHI": limit, "IT.LBDTC": f"2026-02-{visit * 5 + 1:02}T08:{number % 60:02}",
            }  # fmt: skip


def subject_text(number: int, version: str) -> str:
    """One subject as XML."""
    event = '<StudyEventData StudyEventOID="SE.SCREENING">\n'
    text = [f'<SubjectData SubjectKey="S-{number:07}"><SiteRef LocationOID="L.01"/>{event}']
    form = ""
    for index, (kind, items) in enumerate(groups_of(number)):
        if form != f"F.{kind[3:]}":
            text.append(_end_of(form, version))
            form = f"F.{kind[3:]}"
            name = "Form" if version == "1.3.2" else "ItemGroup"
            text.append(f'<{name}Data {name}OID="{form}">\n')
        text.append(f'<ItemGroupData ItemGroupOID="{kind}" ItemGroupRepeatKey="{index}">\n')
        for oid, value in items.items():
            value = value.replace("<", "&lt;")  # noqa: PLW2901
            start = f'<ItemData ItemOID="{oid}"'
            text.append(
                f'{start} Value="{value}"/>\n' if version == "1.3.2" else f"{start}><Value>{value}</Value></ItemData>\n"
            )
        text.append("</ItemGroupData>\n")
    return "".join([*text, _end_of(form, version), "</StudyEventData></SubjectData>\n"])


def _end_of(form: str, version: str) -> str:
    return "" if not form else "</FormData>\n" if version == "1.3.2" else "</ItemGroupData>\n"


def write(path: Path, subjects: int, version: str) -> None:
    """An ODM file with its metadata."""
    codes = "".join(
        f'<CodeListItem CodedValue="{code}"><Decode><TranslatedText>{word}</TranslatedText></Decode></CodeListItem>'
        for code, word in (("F", "Female"), ("M", "Male"))
    )
    items = '<ItemDef OID="IT.SEX" Name="Sex" DataType="text"><CodeListRef CodeListOID="CL.SEX"/></ItemDef>'
    code_list = f'<CodeList OID="CL.SEX" Name="Sex" DataType="text">{codes}</CodeList>'
    with path.open("w", encoding="utf-8") as file:
        file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="{NAMESPACES[version]}" FileType="Snapshot">'
            f'<Study OID="ST"><MetaDataVersion OID="M" Name="1">{items}{code_list}</MetaDataVersion></Study>\n'
            '<ClinicalData StudyOID="ST" MetaDataVersionOID="M">\n'
        )
        file.writelines(subject_text(number, version) for number in range(subjects))
        file.write("</ClinicalData></ODM>\n")


def bare(path: Path) -> int:
    """What any program that reads the file has to do at least."""
    count = 0
    for _, element in etree.iterparse(path, events=("end",)):
        count += 1
        element.clear()
    return count


def seconds(work: Callable[[], object]) -> float:
    """The processor's time of the best of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        times.append(process_time() - start)
    return min(times)


def compare(path: Path, version: str) -> str:
    """One line of the table."""
    ruleset = load_ruleset(RULESET)
    mapping = load_mapping("example-odm", ruleset.dictionary)
    least = seconds(lambda: bare(path))
    rows = seconds(lambda: sum(len(each.rows) for each in rows_of(path, around=()) if not isinstance(each, Broken)))
    read = seconds(lambda: sum(1 for _ in read_odm(path, mapping, ruleset.dictionary)))
    records = [received.record for received in read_odm(path, mapping, ruleset.dictionary)]
    start = process_time()
    sum(1 for _ in screen_all(ruleset, records))
    screened = process_time() - start
    size = f"{version:7} {path.stat().st_size / 1e6:6.0f} {len(records):8}"
    return f"{size} {least:8.2f} {rows:8.2f} {read:8.2f} {rows / least:6.2f} {read / least:6.2f} {screened:9.2f}"


def main() -> None:
    """Prints the table."""
    subjects = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("version     MB subjects  bare, s  rows, s  read, s   rows   read  screen, s")
    with TemporaryDirectory() as folder:
        for version in NAMESPACES:
            path = Path(folder) / f"{version}.xml"
            write(path, subjects, version)
            print(compare(path, version))


if __name__ == "__main__":
    main()
