"""What moved between two states of one screening, and by which facts: found by putting each fact back and answering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from attrs import frozen

from ucmsc_rules.corrections.amendment import CorrectionError
from ucmsc_rules.corrections.answering import Answers, answers_of, try_out
from ucmsc_rules.corrections.held import Held, record_of, same
from ucmsc_rules.corrections.naming import path_of
from ucmsc_rules.corrections.opened import Screening, read_header
from ucmsc_rules.facts.json_text import RepeatedKeys
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Status

MOST_TRIALS = 500  # each takes about a fifth of a millisecond


class Cause(Enum):
    """What is known of the facts that moved an answer.

    ``EACH``: to put back any one of them moves it back. ``TOGETHER``: no single one does; all of them do, and none of
    them can be left out. ``AMONG``: too many facts differ to try them, and it was some of these.
    """

    EACH = "each"
    TOGETHER = "together"
    AMONG = "among"


_JOINED = {Cause.EACH: "by {} alone", Cause.TOGETHER: "by {} together", Cause.AMONG: "by some of {}"}


@frozen
class Moved:
    """An answer that moved: the status, a criterion's (``I4``) or a lettered branch's (``E4.d``).

    ``by`` are the paths of the facts and anchors that moved it, in the way that ``cause`` says.

    >>> print(Moved("I4", Truth.FALSE, Truth.TRUE, ("facts[0]",), Cause.EACH))
    I4 from false to true by facts[0] alone
    """

    what: str
    before: Truth | Status
    after: Truth | Status
    by: tuple[str, ...]
    cause: Cause

    def __str__(self) -> str:
        listed = (" or " if self.cause is Cause.EACH else " and ").join(self.by)
        return f"{self.what} from {self.before.value} to {self.after.value} {_JOINED[self.cause].format(listed)}"


def changes(before: Screening, after: Screening) -> tuple[Moved, ...]:
    """The answers that differ between two states of one subject's screening, each with the facts that moved it.

    A fact is told only where putting it back was tried and moved the answer back. Raises CorrectionError where the
    two are not of one subject under one ruleset, and EnginesDisagree as ``verdict`` does.
    """
    if (before.subject, before.basis) != (after.subject, after.basis):
        raise CorrectionError("changes are told between two states of one subject under one ruleset")
    was, now = answers_of(before.verdict), answers_of(after.verdict)
    moved = [what for what in now if was[what] is not now[what]]
    if not moved:
        return ()
    trials = _trials(before, after, was)
    return tuple([Moved(what, was[what], now[what], *_moved_by(trials, what, was[what])) for what in moved])


@frozen(eq=False)
class _Trials:
    """The later state with some of what differs put back as it was; each such state is answered once."""

    before: dict[str, Any]
    after: dict[str, Any]
    differing: tuple[str, ...]
    later: Screening
    known: dict[frozenset[str], Answers]

    def put_back(self, paths: Sequence[str]) -> Answers | None:
        """The answers with these put back; None where that would be one trial too many."""
        key = frozenset(paths)
        if key not in self.known:
            if len(self.known) >= MOST_TRIALS:
                return None
            self.known[key] = self._answered(key)
        return self.known[key]

    def _answered(self, paths: frozenset[str]) -> Answers:
        parts = {path: part for path, part in self.after.items() if path not in paths}
        parts |= {path: self.before[path] for path in sorted(paths) if path in self.before}
        entries = [part for part in parts.values() if isinstance(part, Held)]
        header = self.later.header
        if any(not path.startswith("facts") for path in paths):
            header = read_header(self.later.basis, {"subject": self.later.subject, "anchors": _anchors(parts)})
        return try_out(self.later.basis, record_of(header, entries))


def _trials(before: Screening, after: Screening, was: Answers) -> _Trials:
    """No trial made yet; with all that differs put back, the later state is the earlier one."""
    old, new = _parts(before), _parts(after)
    paths = dict.fromkeys([*new, *old])
    differing = tuple(path for path in paths if not _alike(old.get(path), new.get(path)))
    return _Trials(old, new, differing, after, {frozenset(differing): was})


def _parts(screening: Screening) -> dict[str, Any]:
    """Everything that an amendment can change, by its path; an anchor with whether it stands there twice."""
    anchors = screening.record["anchors"]
    twice = getattr(anchors, "keys_twice", ())
    entries = {path_of(place): held for place, held in enumerate(screening.entries)}
    return {**entries, **{f"anchors.{name}": [day, name in twice] for name, day in anchors.items()}}


def _anchors(parts: dict[str, Any]) -> RepeatedKeys:
    given = {path.partition(".")[2]: part for path, part in parts.items() if not isinstance(part, Held)}
    anchors = RepeatedKeys({name: day for name, (day, _) in given.items()})
    anchors.keys_twice = tuple(name for name, (_, twice) in given.items() if twice)
    return anchors


def _alike(one: object, other: object) -> bool:
    if isinstance(one, Held) and isinstance(other, Held):
        return one is other or same(one.raw, other.raw)
    return same(one, other)


def _moved_by(trials: _Trials, what: str, was: Truth | Status) -> tuple[tuple[str, ...], Cause]:
    differing = trials.differing

    def moves_back(paths: Sequence[str]) -> bool:
        answers = trials.put_back(paths)
        if answers is None:
            raise _TooMany
        return answers[what] is was

    try:
        each = tuple(path for path in differing if moves_back([path]))
        return (each, Cause.EACH) if each else (_needed(differing, moves_back), Cause.TOGETHER)
    except _TooMany:
        return differing, Cause.AMONG


def _needed(paths: Sequence[str], moves_back: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """A part of the paths that moves the answer back, and of which no path can be left out.

    Ever smaller pieces are left out for as long as the answer still moves back (Zeller, Simplifying and Isolating
    Failure-Inducing Input, 2002); all paths together are the earlier state itself, which has the answer.
    """
    kept = list(paths)
    size = len(kept) // 2
    while size:
        without = (kept[:start] + kept[start + size :] for start in range(0, len(kept), size))
        smaller = next((rest for rest in without if rest and moves_back(rest)), None)
        if smaller is None:
            size //= 2
        else:
            kept = smaller
            size = min(size, len(kept) // 2) or 1
    return tuple(kept)


class _TooMany(Exception):  # noqa: N818 - it is what happened
    """No further trial may be made."""
