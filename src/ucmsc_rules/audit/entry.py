"""One entry of an audit trail: which verdict was given on what, by which versions, for whom, when and why."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from attrs import evolve, frozen
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ucmsc_rules.audit.canonical import canonical_json, sha256
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.values.dates import shown
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Status

FORM = 1
BEGINNING = "0" * 64
_HEAD = re.compile(r"(?P<sequence>[0-9]{1,18})(?::(?P<hash>[0-9a-f]{64}))?\Z")


class AuditError(UcmscRulesError):
    """An audit trail that cannot be opened, read or written, or an entry that may not be made."""


@frozen
class Answer:
    """A finding in short: its answer, those of its lettered branches, and the concepts that are still needed."""

    criterion: str
    category: str
    holds: Truth
    branches: Mapping[str, Truth]
    needs: tuple[str, ...]


@frozen
class Entry:
    """An entry. ``hash`` is that of all the rest, ``previous`` that of the entry before, so that entries form a chain.

    ``input`` is the digest of the record (None where it was no JSON), ``ranges`` that of a site's table of normal
    ranges (None where there was none), ``answer`` that of the whole verdict in the form of the answer's JSON.
    ``versions`` are those of the library that answered and of what it stands on; None for what is not installed.
    """

    form: int
    sequence: int
    subject: str | None
    status: Status
    anchors: Mapping[str, str]
    findings: tuple[Answer, ...]
    errors: int
    warnings: int
    input: str | None
    ranges: str | None
    answer: str
    ruleset: str
    ruleset_version: str
    ruleset_digest: str
    engine: str
    versions: Mapping[str, str | None]
    who: str
    when: str
    reason: str
    previous: str
    hash: str = ""


@frozen
class Stored:
    """A row as a database gives it; nothing in it is to be trusted."""

    sequence: int
    subject: object
    content: object
    hash: object


@frozen
class Head:
    """The last entry of a trail at some time; kept elsewhere, it shows later that nothing up to it was taken away.

    ``hash`` is "" where only the count was kept.
    """

    sequence: int
    hash: str = ""

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}" if self.hash else str(self.sequence)


def head_from(text: str) -> Head:
    """The head that ``str`` wrote; a count alone serves too. Raises AuditError for anything else.

    >>> head_from("37")
    Head(sequence=37, hash='')
    """
    match = _HEAD.match(text.strip())
    if match is None:
        raise AuditError(f"{shown(text)} is no head of a trail; write the number of its last entry, or NUMBER:HASH")
    return Head(int(match["sequence"]), match["hash"] or "")


def sealed(entry: Entry) -> tuple[Entry, str]:
    """The entry with its hash, and the text that is hashed."""
    content = content_of(entry)
    return evolve(entry, hash=sha256(content)), content


def content_of(entry: Entry) -> str:
    """The text of an entry, all but its hash."""
    return canonical_json(_converter().unstructure(entry))


def entry_from(stored: Stored) -> Entry:
    """The entry of a row. Raises AuditError where its content is not written as ``content_of`` writes."""
    content, hashed = stored.content, stored.hash
    if not isinstance(content, str) or not isinstance(hashed, str):
        raise AuditError("this is no entry: it is not written as text")
    try:
        entry = _converter().structure(json.loads(content), Entry)
        written = content_of(entry)
    except Exception as error:  # the content may be anything, and cattrs raises many things
        raise AuditError("this is no entry: its content has not the form of one") from error
    if written != content:
        raise AuditError("this is no entry: its content is not written as entries are")
    return evolve(entry, hash=hashed)


def subject_text(subject: str | None) -> str | None:
    """A subject as its column holds it: as JSON, since PostgreSQL takes no text with a NUL."""
    return None if subject is None else json.dumps(subject)


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    hidden = override(omit=True)
    converter.register_structure_hook(
        Entry, make_dict_structure_fn(Entry, converter, hash=hidden, _cattrs_forbid_extra_keys=True)
    )
    converter.register_unstructure_hook(Entry, make_dict_unstructure_fn(Entry, converter, hash=hidden))
    return converter
