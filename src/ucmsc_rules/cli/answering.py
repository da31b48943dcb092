"""Answers records, in this process or in several, in the order of the input and with few of them in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from signal import SIG_IGN, SIGINT, signal

from attrs import Factory, evolve, frozen

from ucmsc_rules.adapters.received import Received
from ucmsc_rules.cli.forms import written
from ucmsc_rules.cli.text import Page
from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.errors import EngineError, EnginesDisagree
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.facts.intake import parse_piece
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.facts.seen import Seen
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.screening import EngineName, Screener, answer_one, make_screener, noted_again, screen_one
from ucmsc_rules.verdicts.finding import Verdict

PIECES_AT_ONCE = 50
BYTES_AT_ONCE = 4 * 1024 * 1024
CHUNKS_IN_FLIGHT = 3
_ENDED = "a screening process ended before it answered, perhaps for want of memory; try fewer --jobs"


@frozen
class Task:
    """All that a process needs to answer a record; ``digest`` is that of the ruleset that was loaded first.

    Where the answers are to be ``audited``, verdict and record come with them.
    """

    ruleset: str
    digest: str
    engine: EngineName
    form: str
    page: Page
    anchors: tuple[tuple[str, str], ...] = ()
    ranges: tuple[NormalRange, ...] = ()
    audited: bool = False


@frozen
class Answered:
    """One verdict in the form that was asked for, what it does to the exit status, and what was not read."""

    subject: str | None
    status: str
    text: str
    has_errors: bool
    disagreed: bool
    unread: Mapping[str, int] = Factory(dict)
    verdict: Verdict | None = None
    record: object = None


def answer_all(task: Task, pieces: Iterable[object], jobs: int) -> Generator[Answered, None, None]:
    """An answer for each piece of input, in order; a subject that comes again is answered with a problem."""
    seen = Seen()
    if jobs == 1:
        return (_answer(task, index, piece, seen) for index, piece in enumerate(pieces))
    return _in_processes(task, pieces, jobs, seen)


def _in_processes(task: Task, pieces: Iterable[object], jobs: int, seen: Seen) -> Generator[Answered, None, None]:
    waiting: deque[tuple[int, list[object], Future[list[Answered]]]] = deque()
    # the keyboard interrupts this process alone, which then ends the others
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=signal, initargs=(SIGINT, SIG_IGN)) as pool:
        try:
            for start, chunk in _chunks(pieces):
                waiting.append((start, chunk, pool.submit(answer_chunk, task, start, chunk)))
                if len(waiting) >= jobs * CHUNKS_IN_FLIGHT:
                    yield from _collect(task, *waiting.popleft(), seen)
            while waiting:
                yield from _collect(task, *waiting.popleft(), seen)
        except BrokenExecutor:
            raise EngineError(_ENDED) from None
        finally:
            for _, _, future in waiting:
                future.cancel()


def _chunks(pieces: Iterable[object]) -> Iterator[tuple[int, list[object]]]:
    """The pieces in lists, each with the index of its first; few in a list where they are long."""
    start, chunk, size = 0, list[object](), 0
    for piece in pieces:
        chunk.append(piece)
        size += len(piece) if isinstance(piece, bytes) else 0
        if len(chunk) == PIECES_AT_ONCE or size > BYTES_AT_ONCE:
            yield start, chunk
            start, chunk, size = start + len(chunk), [], 0
    if chunk:
        yield start, chunk


def answer_chunk(task: Task, start: int, pieces: list[object]) -> list[Answered]:
    """The answers for some pieces, of which the first has the index ``start``; runs in a process of its own."""
    return [_answer(task, index, piece, None) for index, piece in enumerate(pieces, start)]


def _collect(
    task: Task, start: int, pieces: list[object], future: Future[list[Answered]], seen: Seen
) -> Iterator[Answered]:
    """The answers of a chunk. Only here is it known whether a subject came before; such a one is answered anew."""
    for index, answered in enumerate(future.result()):
        again = answered.subject is not None and seen.again(answered.subject)
        yield _answer(task, start + index, pieces[index], seen) if again else answered


def _answer(task: Task, index: int, piece: object, seen: Seen | None) -> Answered:
    screener = screener_for(task.ruleset, task.digest, task.engine)
    raw, problems, unread = _taken(piece)
    verdict, disagreed = _verdict(task, screener, index, raw)
    if problems:
        verdict = evolve(verdict, problems=(*verdict.problems, *problems))
    if seen is not None:
        verdict = noted_again(verdict, seen)
    return Answered(
        subject=verdict.subject,
        status=verdict.status.value,
        text=written(verdict, screener.compiled.ruleset, task.form, task.page),
        has_errors=any(problem.level == "error" for problem in verdict.problems),
        disagreed=disagreed,
        unread=unread,
        verdict=verdict if task.audited else None,
        record=(raw.message if isinstance(raw, Broken) else raw) if task.audited else None,
    )


def _taken(piece: object) -> tuple[object, Sequence[Problem], Mapping[str, int]]:
    """The raw record of a piece of input, and what its adapter did not understand."""
    if isinstance(piece, Received):
        return piece.record, piece.problems, piece.unread
    return parse_piece(piece), (), {}


def _verdict(task: Task, screener: Screener, index: int, raw: object) -> tuple[Verdict, bool]:
    anchors = dict(task.anchors)
    try:
        return screen_one(screener, raw, index, anchors, task.ranges), False
    except EnginesDisagree:
        return answer_one(screener, raw, index, anchors, task.ranges), True


@lru_cache(maxsize=1)
def screener_for(ruleset: str, digest: str, engine: EngineName) -> Screener:
    """The screener of a process. Raises UsageError where the ruleset is no longer the one that was loaded first."""
    loaded = load_ruleset(ruleset)
    if digest and loaded.digest != digest:
        raise UsageError(f"{ruleset} was changed while it was in use; start again")
    return make_screener(loaded, engine)
