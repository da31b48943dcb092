"""Finds out what the files of a command are, and gives their records: canonical ones, or what adapters make of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from attrs import frozen

from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.intake import form_of, read_pieces

if TYPE_CHECKING:
    from ucmsc_rules.adapters.mapping import FieldMapping

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

    The files have been looked at by ``check_files``. Raises UsageError where they cannot be what they are said to be,
    and RulesetError for a mapping with mistakes.
    """
    if intake.system == RECORD:
        return _records(intake.files)
    mapping = _load(intake.mapping, dictionary) if intake.mapping is not None else None
    system = _system(intake, mapping)
    return _records(intake.files) if system == RECORD else _received(intake, system, mapping, dictionary)


def _records(files: Sequence[str]) -> Iterator[object]:
    for name in files:
        if name == STDIN:
            yield from read_pieces(sys.stdin.buffer)
            continue
        with Path(name).open("rb") as stream:
            yield from read_pieces(stream, form_of(name))


def _received(intake: Intake, system: str, mapping: FieldMapping | None, dictionary: Dictionary) -> Iterator[object]:
    from ucmsc_rules.adapters.sources import Source, read_source  # noqa: PLC0415 - canonical records need no adapter

    files: list[str | BinaryIO] = [sys.stdin.buffer if name == STDIN else name for name in intake.files]
    fitting = _usual(system, dictionary) if mapping is None else mapping
    if fitting is not None and fitting.reads.value != system:
        raise UsageError(f'the mapping "{fitting.name}" reads {fitting.reads.value}, and the files are {system}')
    return read_source(Source(files, fitting, intake.data_dictionary, intake.missing_data_codes), dictionary)


def _usual(system: str, dictionary: Dictionary) -> FieldMapping | None:
    """The mapping that is shipped for a system; None for a long table, which needs none."""
    from ucmsc_rules.adapters.mapping import System  # noqa: PLC0415
    from ucmsc_rules.adapters.sources import USUAL_MAPPINGS  # noqa: PLC0415

    name = USUAL_MAPPINGS.get(System(system))
    if name is None and system != System.TABLE.value:
        raise UsageError(f"reading {system} needs --mapping FILE, which says what the study's fields mean")
    return _load(name, dictionary) if name is not None else None


def _load(name: str, dictionary: Dictionary) -> FieldMapping:
    from ucmsc_rules.adapters.load_mapping import load_mapping  # noqa: PLC0415

    return load_mapping(name, dictionary)


def _system(intake: Intake, mapping: FieldMapping | None) -> str:
    """The system that is told, or that the mapping reads, or that the content of all files shows."""
    if intake.system != AUTO:
        return intake.system
    if mapping is not None:
        return mapping.reads.value
    found = {_recognised(name) for name in intake.files}
    if len(found) > 1:
        raise UsageError(f"the files are of several kinds ({', '.join(sorted(found))}); screen each kind by itself")
    return found.pop()


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
