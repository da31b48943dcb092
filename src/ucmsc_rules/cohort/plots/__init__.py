"""Diagrams of an attrition as SVG and PNG: the flow, every criterion in bars, and which criteria exclude together."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ucmsc_rules.cohort.attrition.model import Attrition
from ucmsc_rules.cohort.packages import package

if TYPE_CHECKING:
    from ucmsc_rules.cohort.plots.sheet import Drawing

_DRAWN = (("flow", "draw_flow"), ("bars", "draw_bars"), ("together", "draw_together"))


def draw(attrition: Attrition) -> tuple[Drawing, ...]:
    """The three diagrams. The same attrition gives the same bytes."""
    return tuple(getattr(_module(module), name)(attrition) for module, name in _DRAWN)


def save_plots(attrition: Attrition, folder: Path | str) -> tuple[Path, ...]:
    """Writes ``flow``, ``criteria`` and ``together`` as .svg and .png into a folder; the paths of all."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    paths = []
    for drawing in draw(attrition):
        for ending, data in (("svg", drawing.svg), ("png", drawing.png)):
            path = place / f"{drawing.name}.{ending}"
            path.write_bytes(data)
            paths.append(path)
    return tuple(paths)


def _module(name: str) -> Any:  # noqa: ANN401 - a module
    package("matplotlib")
    return import_module(f"ucmsc_rules.cohort.plots.{name}")
