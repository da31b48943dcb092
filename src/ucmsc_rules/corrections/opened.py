"""An open screening: one subject's facts with their history, as a value that never changes.

A fact keeps its path, ``facts[3]``, for good: a correction stands where the old fact stood, a new fact comes last, and
one that is withdrawn stays in its place as entered in error. So a path that somebody read in an earlier verdict never
comes to mean another fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from ucmsc_rules.corrections.amendment import Act, Amendment, CorrectionError, said
from ucmsc_rules.corrections.answering import Basis, answer
from ucmsc_rules.corrections.held import Held, copied, hold, record_of, withdraw
from ucmsc_rules.corrections.naming import path_of, place_of
from ucmsc_rules.facts.entry import kind_of
from ucmsc_rules.facts.json_text import RepeatedKeys
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.facts.records import Record, Refused, read_record
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import EngineName
from ucmsc_rules.values.dates import shown
from ucmsc_rules.verdicts.finding import Verdict
from ucmsc_rules.wording import did_you_mean


class _Once:
    """A verdict that is reckoned when it is first asked for; threads that ask at the same time wait for the first."""

    __slots__ = ("lock", "verdict")

    def __init__(self) -> None:
        self.lock = Lock()
        self.verdict: Verdict | None = None


@frozen(eq=False)
class Screening:
    """A subject's facts with their history; ``open_screening`` makes the first, and each amendment a new one.

    ``entries`` are the facts as given and as read, those that were withdrawn too; ``header`` is what was read of the
    record without them.
    """

    basis: Basis
    header: Record
    entries: tuple[Held, ...]
    history: tuple[Amendment, ...]
    _anchors: dict[str, Any] = field(repr=False)
    _others: dict[str, Any] = field(repr=False)
    _once: _Once = field(factory=_Once, init=False, repr=False)

    @property
    def subject(self) -> str:
        """The subject's identifier."""
        return self.header.subject

    @property
    def verdict(self) -> Verdict:
        """What ``screen`` says of ``record``, reckoned once. Raises EnginesDisagree where the two engines differ."""
        once = self._once
        if once.verdict is None:
            with once.lock:
                if once.verdict is None:
                    once.verdict = answer(self.basis, record_of(self.header, self.entries))
        return once.verdict

    @property
    def record(self) -> dict[str, Any]:
        """The canonical record as it now stands; a copy, free to be changed."""
        facts = [copied(held.raw) for held in self.entries]
        return {"subject": self.subject, "anchors": copied(self._anchors), "facts": facts, **copied(self._others)}

    def with_facts(self, *facts: Mapping[str, Any], who: str, when: str, why: str = "") -> Screening:
        """With further facts, after those that are there."""
        said(who=who, when=when)
        first, dictionary = len(self.entries), self.basis.ruleset.dictionary
        added = [hold(fact, path_of(place), dictionary) for place, fact in enumerate(facts, start=first)]
        steps = [
            Amendment(Act.ADDED, path_of(place), None, _as_told(held), who, when, why)
            for place, held in enumerate(added, start=first)
        ]
        return evolve(self, entries=(*self.entries, *added), history=(*self.history, *steps))

    def corrected(self, which: str, fact: Mapping[str, Any], why: str, *, who: str, when: str) -> Screening:
        """With another fact in the place of one. Raises CorrectionError where there is no such fact to correct.

        ``which`` is its path, as evidence and problems tell it, or its ``source`` where no other fact has that source.
        """
        said(why=why, who=who, when=when)
        place = place_of(self.entries, which)
        new = hold(fact, path_of(place), self.basis.ruleset.dictionary)
        old, told = _as_told(self.entries[place]), _as_told(new)
        return self._with(place, new, Amendment(Act.CORRECTED, path_of(place), old, told, who, when, why))

    def withdrawn(self, which: str, why: str, *, who: str, when: str) -> Screening:
        """Without a fact, as if it had never been reported; its place is kept. Raises CorrectionError."""
        said(why=why, who=who, when=when)
        place = place_of(self.entries, which)
        new = withdraw(self.entries[place], path_of(place), self.basis.ruleset.dictionary)
        old = _as_told(self.entries[place])
        return self._with(place, new, Amendment(Act.WITHDRAWN, path_of(place), old, None, who, when, why))

    def with_anchors(self, anchors: Mapping[str, str | None], *, who: str, when: str, why: str = "") -> Screening:
        """With other anchors; None takes one away. To change one that the record gives, ``why`` is needed.

        Raises CorrectionError for a name that is no anchor of the ruleset.
        """
        said(who=who, when=when)
        known = self.basis.ruleset.anchors
        for name in anchors:
            if name in self._anchors:
                said(why=why)
            elif name not in known:
                raise CorrectionError(f"{shown(str(name))} is no anchor of the ruleset{did_you_mean(str(name), known)}")
        steps = [
            Amendment(Act.ANCHORED, f"anchors.{name}", self._anchors.get(name), day, who, when, why)
            for name, day in anchors.items()
        ]
        new = _changed(self._anchors, anchors)
        header = read_header(self.basis, {"subject": self.subject, "anchors": new, **self._others})
        return evolve(self, anchors=new, header=header, history=(*self.history, *steps))

    def _with(self, place: int, new: Held, step: Amendment) -> Screening:
        entries = (*self.entries[:place], new, *self.entries[place + 1 :])
        return evolve(self, entries=entries, history=(*self.history, step))


def open_screening(
    ruleset: Ruleset,
    record: Mapping[str, Any],
    *,
    engine: EngineName = "auto",
    anchors: Mapping[str, str] | None = None,
    normal_ranges: Iterable[NormalRange] = (),
) -> Screening:
    """The screening of a canonical record; the arguments are those of ``screen``.

    Raises CorrectionError where the record cannot be amended: one that is refused, or whose facts are no list.

    >>> from ucmsc_rules import load_ruleset
    >>> record = {"subject": "S-001", "anchors": {"screening": "2026-03-01"},
    ...           "facts": [{"concept": "hbv_dna", "value": "2000 IU/mL", "when": "2026-02-27"}]}
    >>> first = open_screening(load_ruleset("ucmsc-hbv-cirrhosis"), record)
    >>> mended = first.corrected("facts[0]", {**record["facts"][0], "value": "200 IU/mL"}, "a slip of the pen",
    ...                          who="investigator", when="2026-03-02")
    >>> first.verdict["I4"].holds, mended.verdict["I4"].holds
    (<Truth.FALSE: 'false'>, <Truth.TRUE: 'true'>)
    """
    basis = Basis(ruleset, engine, dict(anchors or {}), tuple(normal_ranges))
    header = read_header(basis, _without_facts(record))
    facts, given = record.get("facts", []), record.get("anchors", {})
    if not isinstance(facts, Sequence) or isinstance(facts, str):
        raise CorrectionError(f"the record cannot be opened: facts are a list of objects, not {kind_of(facts)}")
    if not isinstance(given, Mapping):
        raise CorrectionError(f"the record cannot be opened: anchors are an object of dates, not {kind_of(given)}")
    entries = tuple([hold(fact, path_of(place), ruleset.dictionary) for place, fact in enumerate(facts)])
    others = {key: record[key] for key in record if key not in {"subject", "anchors", "facts"}}
    return Screening(basis, header, entries, (), copied(given), copied(others))


def read_header(basis: Basis, bare: object) -> Record:
    """What is read of a record without its facts."""
    ruleset = basis.ruleset
    header = read_record(bare, 0, ruleset.dictionary, ruleset.anchors, basis.default_anchors)
    if isinstance(header, Refused):
        raise CorrectionError(f"the record cannot be opened: {header.problem.message}")
    return header


def _without_facts(record: object) -> object:
    """The record without its facts, which are read one by one; keys that it wrote twice are still known as such."""
    if not isinstance(record, Mapping):
        return record
    bare = RepeatedKeys({key: value for key, value in record.items() if key != "facts"})
    bare.keys_twice = getattr(record, "keys_twice", ())
    return bare


def _changed(old: dict[str, Any], new: Mapping[str, str | None]) -> dict[str, Any]:
    """The anchors with the new ones; one that stood there twice and is given anew now stands there once."""
    kept = RepeatedKeys({**old, **new})
    for name in [name for name, day in new.items() if day is None]:
        del kept[name]
    kept.keys_twice = tuple(name for name in getattr(old, "keys_twice", ()) if name not in new)
    return kept if kept.keys_twice else dict(kept)


def _as_told(held: Held) -> Any:  # noqa: ANN401 - an entry may be anything
    """An entry as a history tells it, which nobody can change."""
    return MappingProxyType(held.raw) if isinstance(held.raw, dict) else held.raw
