"""Finds out what the files of a command are, and gives their records: canonical ones, or what adapters make of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from attrs import frozen

from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.intake import form_of, read_pieces

STDIN = "-"
AUTO, RECORD = "auto", "record"


@frozen
class Intake:
    """What a command was given to read: files, the system that they are from, and what goes with them."""

    files: tuple[str, ...]
    system: str = AUTO
    mapping: str | None = None
    data_dictionary: str | None = None
    missing_data_codes: str = ""


def pieces_of(intake: Intake, dictionary: Dictionary) -> Iterator[object]:
    """The records as ``read_pieces`` gives them, or each subject that an adapter received.

    Raises UsageError where the files cannot be what they are said to be, and RulesetError for a mapping with mistakes.
    """
    check_files(intake)
    system = _system(intake)
    if system == RECORD:
        return _records(intake.files)
    return _received(intake, system, dictionary)


def _records(files: Sequence[str]) -> Iterator[object]:
    for name in files:
        if name == STDIN:
            yield from read_pieces(sys.stdin.buffer)
            continue
        with Path(name).open("rb") as stream:
            yield from read_pieces(stream, form_of(name))


def _received(intake: Intake, system: str, dictionary: Dictionary) -> Iterator[object]:
    from ucmsc_rules.adapters.sources import Source, read_source  # noqa: PLC0415 - canonical records need no adapter

    files: list[str | BinaryIO] = [sys.stdin.buffer if name == STDIN else name for name in intake.files]
    mapping = _mapping(intake, system, dictionary)
    source = Source(files, mapping, intake.data_dictionary, intake.missing_data_codes)
    return read_source(source, dictionary)


def _mapping(intake: Intake, system: str, dictionary: Dictionary) -> Any:  # noqa: ANN401 - an adapter's, imported late
    from ucmsc_rules.adapters.load_mapping import load_mapping  # noqa: PLC0415
    from ucmsc_rules.adapters.mapping import System  # noqa: PLC0415
    from ucmsc_rules.adapters.sources import USUAL_MAPPINGS  # noqa: PLC0415

    name = intake.mapping or USUAL_MAPPINGS.get(System(system))
    if name is None:
        if system == System.TABLE.value:
            return None
        raise UsageError(f"reading {system} needs --mapping FILE, which says what the study's fields mean")
    mapping = load_mapping(name, dictionary)
    if mapping.reads.value != system:
        raise UsageError(f'the mapping "{mapping.name}" reads {mapping.reads.value}, and the files are {system}')
    return mapping


def _system(intake: Intake) -> str:
    """The system that is told, or that the mapping reads, or that the content of all files shows."""
    if intake.system != AUTO:
        return intake.system
    if intake.mapping is not None:
        return _read_by(intake.mapping)
    found = {_recognised(name) for name in intake.files}
    if len(found) > 1:
        raise UsageError(f"the files are of several kinds ({', '.join(sorted(found))}); screen each kind by itself")
    return found.pop()


def _read_by(name: str) -> str:
    """What a mapping reads; that it has no other mistakes is found out when it is loaded."""
    from ucmsc_rules.adapters.find_mapping import mapping_file  # noqa: PLC0415
    from ucmsc_rules.adapters.mapping import System  # noqa: PLC0415
    from ucmsc_rules.documents import MappingNode, ScalarNode, read_file  # noqa: PLC0415

    node = read_file(mapping_file(name))
    reads = node.entries.get("reads") if isinstance(node, MappingNode) else None
    known = {system.value for system in System}
    if isinstance(reads, ScalarNode) and reads.text in known:
        return reads.text
    raise UsageError(f'{name}: "reads" must say what the mapping reads: {", ".join(sorted(known))}')


def _recognised(name: str) -> str:
    from ucmsc_rules.adapters.sources import HEAD, recognised  # noqa: PLC0415

    if name == STDIN:
        return RECORD
    if Path(name).is_dir():
        return "sdtm"
    with Path(name).open("rb") as stream:
        system = recognised(stream.read(HEAD))
    return RECORD if system is None else system.value


def check_files(intake: Intake) -> None:
    """Finds out before the first answer whether everything can be read."""
    if intake.files.count(STDIN) > 1:
        raise UsageError("- stands twice; standard input can be read once")
    for name in (*intake.files, *filter(None, (intake.data_dictionary,))):
        if name == STDIN:
            continue
        if Path(name).is_dir() and not _holds_datasets(intake, name):
            raise UsageError(f"{name} is a folder; write the names of its files")
        if not os.path.exists(name):  # noqa: PTH110 - a name may be no path at all
            raise UsageError(f"there is no file {name}")


def _holds_datasets(intake: Intake, name: str) -> bool:
    """Whether a folder may be one of SDTM datasets: it is said to be, or holds nothing else."""
    if name not in intake.files:
        return False
    if intake.system == "sdtm" or intake.mapping is not None:
        return True
    found = [path.suffix.lower() for path in Path(name).iterdir() if path.is_file()]
    return intake.system == AUTO and ".xpt" in found
