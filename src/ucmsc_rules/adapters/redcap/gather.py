"""Brings the lines of each record together, and says of which records a line may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import Factory, define, frozen

from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.facts.seen import Seen
from ucmsc_rules.values.dates import shown

_BESIDE = "a line next to it cannot be read, and may be one of its own"
_ANYWHERE = "a line cannot be read, and the lines of a record do not stand together in this export"
NameOf = Callable[[Entry], str]


@define
class Group:
    """The lines of one record, and why some may be missing; then what could not be read beside them."""

    record: str
    entries: list[Entry] = Factory(list)
    doubt: str = ""
    beside: list[Broken] = Factory(list)


@frozen
class Survey:
    """What a first look at an export tells: the records whose lines do not stand together, and whether some are lost.

    ``refusal`` is why nothing of it can be read, "" where it can; ``nameless`` is the first line where no line at all
    says whose it is. ``columns`` are all that the lines have, None where each line holds a value or a file names only
    what is filled in.
    """

    scattered: frozenset[str] = frozenset()
    lost: bool = False
    refusal: str = ""
    nameless: Entry | None = None
    columns: frozenset[str] | None = None


def look_over(entries: Iterable[Entry | Broken], name_of: NameOf, refusal_of: NameOf) -> Survey:
    """A survey of an export; it holds a few bytes for each record. ``refusal_of`` tells of a line what forbids all."""
    seen, scattered, lost, last, first = Seen(), set[str](), False, "", None
    columns, told = set[str](), True
    for entry in entries:
        if isinstance(entry, Broken):
            lost = True
            continue
        if refusal := refusal_of(entry):
            return Survey(refusal=refusal)
        name, first = name_of(entry), first or entry
        if name and name != last and seen.again(name):
            scattered.add(name)
        lost, last = lost or not name, name or last
        told = told and not (entry.in_one_piece or entry.has_line_per_value())
        columns |= {*entry.texts, *entry.unreadable}
    known = frozenset(columns) if told and first is not None else None
    return Survey(frozenset(scattered), lost, nameless=None if last else first, columns=known)


def gather(entries: Iterable[Entry | Broken], survey: Survey, name_of: NameOf) -> Iterator[Group]:
    """The records of an export with all of their lines, those that are scattered last."""
    held = {record: Group(record) for record in sorted(survey.scattered)}
    for group in _neighbours(entries, name_of):
        if held and survey.lost:
            group.doubt = group.doubt or _ANYWHERE
        _settle(group)
        if group.record in held:
            whole = held[group.record]
            whole.entries += group.entries
            whole.doubt = whole.doubt or group.doubt or (_ANYWHERE if survey.lost else "")
            group = Group("", beside=group.beside)  # noqa: PLW2901 - its lines wait for the others
        yield group
    yield from held.values()


def _settle(group: Group) -> None:
    """There is no doubt of a record all of whose lines are surely there."""
    if not any(entry.may_lack_a_line() for entry in group.entries):
        group.doubt = ""


def _neighbours(entries: Iterable[Entry | Broken], name_of: NameOf) -> Iterator[Group]:
    """Groups of lines that stand together; a line that cannot be read makes its neighbours doubtful.

    It may have been one more line of the record before it or after it.
    """
    group, doubt = Group(""), ""
    for entry in entries:
        if isinstance(entry, Broken) or not name_of(entry):
            group.beside.append(entry if isinstance(entry, Broken) else _nameless(entry))
            doubt = group.doubt = _BESIDE
            continue
        if (name := name_of(entry)) != group.record:
            yield group
            group = Group(name, doubt=doubt)
        group.entries.append(entry)
        doubt = ""
    yield group


def _nameless(entry: Entry) -> Broken:
    texts = [text for text in entry.texts.values() if text.strip()]
    return Broken(f"{entry.place} does not say whose record it is: {shown(', '.join(texts))}")
