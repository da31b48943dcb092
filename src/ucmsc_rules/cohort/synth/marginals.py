"""How often and how much: the shapes that synthetic values are drawn from, each with what it was guided by."""

from __future__ import annotations

from attrs import frozen


@frozen
class Unit:
    """A unit that laboratories report in: so many of it in one of the first unit, the decimals written, how often."""

    name: str
    factor: float = 1.0
    decimals: int = 0
    share: float = 1.0


@frozen
class Amount:
    """A laboratory value: lognormal around a median, some of its spread owed to how ill a subject is.

    ``severity`` is the correlation of its logarithm with illness; ``below`` and ``above`` are limits beyond which a
    laboratory reports ``<`` or ``>``; ``uln`` is an upper limit of normal, in the first unit.
    """

    median: float
    spread: float
    severity: float
    units: tuple[Unit, ...]
    source: str
    missing: float = 0.02
    repeats: float = 0.12
    below: float | None = None
    above: float | None = None
    uln: tuple[float, float] | None = None


@frozen
class Virus:
    """A virus's load: most treated subjects lie below the limit of quantification, the others spread over decades."""

    treated: float
    suppressed: float
    log10_mean: float
    log10_spread: float
    limit: int
    copies_per_unit: str
    source: str
    missing: float = 0.02
    repeats: float = 0.3


@frozen
class Grade:
    """A scale: the share of subjects at each level from the least on, the more ill the higher."""

    shares: tuple[float, ...]
    severity: float
    source: str
    missing: float = 0.02
    repeats: float = 0.08


@frozen
class Reported:
    """A score that somebody reckoned from its parts and wrote down, now and then wrongly."""

    source: str
    missing: float = 0.6
    wrong: float = 0.04


@frozen
class Antibody:
    """A test that is positive, negative, or neither."""

    positive: float
    source: str
    missing: float = 0.02
    neither: float = 0.005


@frozen
class YesNo:
    """An answer; ``women`` where only women are asked, and most of them only below a certain age."""

    yes: float
    source: str
    missing: float = 0.015
    women: bool = False
    consent: bool = False


@frozen
class Happening:
    """An event: how many had one, how many affirmed that there was none, and how many days ago it was (median).

    ``lasts`` is the median of its days where an end is told, ``ends`` how often it is, ``ongoing`` how often it is
    said to go on.
    """

    had: float
    none: float
    ago: float
    source: str
    lasts: float = 0.0
    ends: float = 0.0
    ongoing: float = 0.0
    again: float = 0.15
    ahead: bool = False


@frozen
class Words:
    """A category: the share of each of its words, in the dictionary's order."""

    shares: tuple[float, ...]
    source: str
    missing: float = 0.01


@frozen
class Birth:
    """A birth date, by the age at screening."""

    mean: float
    spread: float
    source: str
    missing: float = 0.005


Marginal = Amount | Virus | Grade | Reported | Antibody | YesNo | Happening | Words | Birth
