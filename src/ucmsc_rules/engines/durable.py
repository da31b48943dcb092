"""The verdicts as rules of durable-rules; the only file that imports its C module ``durable_rules_engine``.

Each rule id has a note (see ``notes``): an event with a field for each end that the id's two formulas read. The event
is gone once its effect is known, so nothing of one subject is left when the next one comes. The C module's parser stops
at text that it cannot read, drops the rest and says nothing, and it reads decimals by the locale of the process:
therefore the last event of each batch has to arrive, and its 0.5 has to be read as one half.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import groupby
from math import inf
from operator import le
from threading import Lock
from typing import NoReturn, Protocol, cast

from attrs import frozen

from ucmsc_rules.engines.note_text import LAST, LAST_NOTE, Template, Texts, write
from ucmsc_rules.engines.notes import Note, Part, Plan, plan
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import Lowered
from ucmsc_rules.values.truth import Truth

_NOTES_A_BATCH = 8  # measured: with more the C module's tables are slow, with fewer there are more calls
_SESSION = "0"  # the C module's name for the session of events that name none


class _Native(Protocol):
    """What is used of the C module."""

    error: type[Exception]

    def create_ruleset(self, name: str, rules: str, /) -> int: ...
    def delete_ruleset(self, handle: int, /) -> None: ...
    def assert_events(self, handle: int, events: str, /) -> tuple[int, int]: ...
    def start_action_for_state(self, handle: int, state: int, /) -> tuple[str, str] | None: ...
    def complete_and_start_action(self, handle: int, state: int, /) -> str | None: ...
    def delete_state(self, handle: int, session: str, /) -> None: ...


@frozen
class _Batch:
    """A native ruleset and its one session, the text it is sent, and what the firing of each rule means.

    That is an answer, or the place among the ends of a part's outcome.
    """

    handle: int
    session: int
    template: Template
    answers: Mapping[str, tuple[str, Truth]]
    parts: Mapping[str, int]


def available() -> bool:
    """Whether durable-rules can be imported here."""
    return not why_not()


def why_not() -> str:
    """Why durable-rules cannot be used here, in a sentence; empty where it can be."""
    try:
        import_module("durable_rules_engine")
    except ModuleNotFoundError:
        return "durable-rules is not installed; it is made for Python 3.12 and earlier."
    except ImportError as error:
        return f"durable-rules cannot be imported ({error}); it is made for Python 3.12 and earlier."
    return ""


class DurableEngine:
    """The rules of one ruleset as rules of durable-rules. Threads may share it; other processes may not.

    >>> low = Lowered(Test(0, "hi", "<=", 5.0), Test(0, "lo", ">", 5.0))    # doctest: +SKIP
    >>> DurableEngine({"I1": low}).evaluate(lo=[4.0], hi=[6.0])             # doctest: +SKIP
    {'I1': <Truth.UNKNOWN: 'unknown'>}
    """

    def __init__(self, rules: Mapping[str, Lowered]) -> None:
        """Takes the two formulas of each rule id; EngineError where durable-rules is not to be had or refuses them."""
        if reason := why_not():
            raise EngineError(reason)
        self._native = cast("_Native", import_module("durable_rules_engine"))
        self._plan = plan(rules)
        self._unknown = dict.fromkeys(rules, Truth.UNKNOWN)
        self._lower, self._upper = Texts(-inf), Texts(inf)
        self._lock = Lock()
        self._process = os.getpid()
        self._dirty = False
        handles: list[int] = []
        self._release = weakref.finalize(self, _release, self._native, handles)
        self._batches = self._create(handles)

    def evaluate(self, lo: Sequence[float], hi: Sequence[float]) -> dict[str, Truth]:
        """The answer for every rule id, from the lower and upper ends of the measures by index."""
        count = self._plan.measures
        if not (len(hi) == len(lo) >= count and all(map(le, lo, hi))):
            message = f"{count} measures are needed, each with a lower end that is not above its upper end, and no NaN"
            raise EngineError(message)
        if self._process != os.getpid():
            message = "this engine was made in another process; make one in each"
            raise EngineError(message)
        ends = [*map(self._lower.__getitem__, lo[:count]), *map(self._upper.__getitem__, hi[:count])]
        with self._lock:
            fired = self._fire(ends)
        return self._answers(fired)

    def close(self) -> None:
        """Gives the native memory back; afterwards evaluate raises."""
        if self._process == os.getpid():
            with self._lock:
                self._release()

    def __reduce__(self) -> NoReturn:
        message = "a DurableEngine holds native memory of its process and cannot be copied or pickled; make another"
        raise TypeError(message)

    def _create(self, handles: list[int]) -> list[_Batch]:
        try:
            return [_batch(self._native, self._plan, notes, handles) for notes in _by_batch(self._plan.notes)]
        except Exception as error:
            self._release()
            message = f"durable-rules does not take these rules: {error}"
            raise EngineError(message) from error

    def _fire(self, ends: list[str]) -> list[tuple[str, Truth]]:
        """The answers that fire. An exception leaves the engine dirty: the next call begins with new sessions."""
        if not self._release.alive:
            message = "this engine is closed"
            raise EngineError(message)
        if self._dirty:
            for batch in self._batches:
                _close(self._native, batch.handle)
                _open(self._native, batch.handle)
        self._dirty = True
        ends += ["0"] * self._plan.parts
        fired = [*self._plan.always]
        for batch in self._batches:
            names = _firings(self._native, batch.handle, batch.session, batch.template.fill(ends))
            if batch.parts:
                for name in names:
                    ends[batch.parts[name]] = "1"
            else:
                fired += [batch.answers[name] for name in names]
        self._dirty = False
        return fired

    def _answers(self, fired: list[tuple[str, Truth]]) -> dict[str, Truth]:
        answers = self._unknown.copy()
        for rule_id, truth in fired:
            before = answers[rule_id]
            if before is not truth and before is not Truth.UNKNOWN:
                message = f"{rule_id} both holds and does not hold"
                raise EngineError(message)
            answers[rule_id] = truth
        return answers


def _open(native: _Native, handle: int) -> int:
    """Begins the session of a ruleset and lets one rule fire in it, without which the C module could not end it."""
    _, session = native.assert_events(handle, f"[{LAST_NOTE}]")
    _drain(native, handle, session)
    return session


def _close(native: _Native, handle: int) -> None:
    """Ends the session of a ruleset, with whatever is in it, if it has one."""
    with suppress(native.error):
        native.delete_state(handle, _SESSION)


def _firings(native: _Native, handle: int, session: int, text: str) -> list[str]:
    """The names of the rules that the batch makes fire. The session the C module returns can be garbage."""
    native.assert_events(handle, text)
    return _drain(native, handle, session)


def _drain(native: _Native, handle: int, session: int) -> list[str]:
    """The names of the rules that fire, before the rule of the last event, which must be the last of them."""
    names = []
    start = native.start_action_for_state(handle, session)
    message = start and start[1]
    while message:
        names.append(message[2:4])
        message = native.complete_and_start_action(handle, session)
    if not names or names.pop() != LAST:
        message = "durable-rules did not read all it was sent; is the decimal sign of the locale (LC_NUMERIC) a point?"
        raise EngineError(message)
    return names


def _by_batch(notes: Sequence[Note]) -> Iterator[list[Note]]:
    """Notes of one level and kind, a few at a time; parts come before the answers of their level."""
    for _, group in groupby(notes, key=Note.order):
        same = list(group)
        for start in range(0, len(same), _NOTES_A_BATCH):
            yield same[start : start + _NOTES_A_BATCH]


def _batch(native: _Native, whole: Plan, notes: Sequence[Note], handles: list[int]) -> _Batch:
    """The native ruleset of the notes, with a session; its handle joins those to be released."""
    first = {"lo": 0, "hi": whole.measures, "part": 2 * whole.measures}
    rules, template = write(notes, first)
    handle = native.create_ruleset("ucmsc", rules)
    session = _open(native, handle)
    handles.append(handle)
    named = {f"{n:02}": o for n, o in enumerate(outcome for note in notes for _, outcome in note.formulas)}
    parts = {name: first["part"] + outcome.number for name, outcome in named.items() if isinstance(outcome, Part)}
    answers = {name: outcome for name, outcome in named.items() if not isinstance(outcome, Part)}
    return _Batch(handle, session, template, answers, parts)


def _release(native: _Native, handles: Sequence[int]) -> None:
    """Deletes the sessions first, which the C module would otherwise not free."""
    for handle in handles:
        _close(native, handle)
        native.delete_ruleset(handle)
