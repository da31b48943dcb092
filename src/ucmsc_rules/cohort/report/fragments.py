"""Pieces of a report: pictures that stand in the page itself, and what a notebook shows."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from ucmsc_rules.cohort.attrition.model import Attrition
from ucmsc_rules.cohort.plots import draw
from ucmsc_rules.cohort.plots.words import note
from ucmsc_rules.cohort.report.style import NOTEBOOK
from ucmsc_rules.cohort.report.tables import changes_table, criteria_table, headline, wants_table

if TYPE_CHECKING:
    from ucmsc_rules.cohort.plots.sheet import Drawing


def figure(drawing: Drawing) -> str:
    """A picture with its words, held in the page."""
    data = b64encode(drawing.svg).decode("ascii")
    source = f"data:image/svg+xml;base64,{data}"
    return f'<figure tabindex="0"><img class="{drawing.name}" alt="{escape(drawing.alt)}" src="{source}"></figure>'


def notebook(attrition: Attrition) -> str:
    """The numbers, the diagrams and the tables, for the output cell of a notebook."""
    flow, bars, _ = draw(attrition)
    parts = [headline(attrition), figure(flow), figure(bars), criteria_table(attrition)]
    if attrition.wants:
        parts.append(wants_table(attrition))
    if attrition.changes:
        parts.append(changes_table(attrition))
    if words := note(attrition):
        parts.append(f"<p>{escape(words)}</p>")
    return f'<div class="ucmsc-attrition"><style>{NOTEBOOK}</style>{"".join(parts)}</div>'
