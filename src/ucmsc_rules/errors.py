"""What goes wrong, said so that somebody can mend it: where, what, why, and what to write instead."""

from __future__ import annotations

from attrs import frozen


@frozen
class Place:
    """A position in a ruleset file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class UcmscRulesError(Exception):
    """The base of every error that this library raises on purpose."""


class UnitError(UcmscRulesError):
    """A unit that is unknown, missing, or of another dimension than the concept's."""


class ValueTextError(UcmscRulesError):
    """A text that is no value, date or number of the kind that was asked for."""


class EngineError(UcmscRulesError):
    """An engine could not be had, or did not finish."""


class EnginesDisagree(UcmscRulesError):  # noqa: N818 - it is what happened
    """The two engines gave different answers for one subject: neither may become a verdict."""


@frozen
class Complaint:
    """One mistake in a ruleset or dictionary file; ``excerpt`` shows the text with a caret under the mistake.

    >>> str(Complaint(Place("r.yaml", 18, 7), "E4.d", 'creatinine needs a unit; write "umol/L" or "x ULN"'))
    'r.yaml:18:7 (E4.d): creatinine needs a unit; write "umol/L" or "x ULN"'
    """

    place: Place
    subject: str
    message: str
    excerpt: str = ""

    def __str__(self) -> str:
        about = f" ({self.subject})" if self.subject else ""
        shown = f"\n{self.excerpt}" if self.excerpt else ""
        return f"{self.place}{about}: {self.message}{shown}"


class RulesetError(UcmscRulesError):
    """A ruleset or dictionary file that cannot be used; it carries every complaint that was found."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = complaints
