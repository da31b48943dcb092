"""The closed vocabulary of units: how laboratories spell them, the UCUM code of each, and what pint is told.

Text from outside never reaches pint's parser: it is looked up here, and only the right-hand sides go there. Codes
follow UCUM 2.1; where UCUM has none, an annotation in braces.
"""

from __future__ import annotations

from itertools import product
from types import MappingProxyType

from attrs import frozen


@frozen
class UnitCode:
    """A unit: its UCUM code, and ``scale`` times ``pint`` in pint's words."""

    code: str
    pint: str
    scale: str = "1"


_NUMERATORS = {
    "kg": ("kilogram", ("kg",)),
    "g": ("gram", ("g", "gm")),
    "mg": ("milligram", ("mg",)),
    "ug": ("microgram", ("ug", "mcg")),
    "ng": ("nanogram", ("ng",)),
    "pg": ("picogram", ("pg",)),
    "mol": ("mole", ("mol",)),
    "mmol": ("millimole", ("mmol",)),
    "umol": ("micromole", ("umol",)),
    "nmol": ("nanomole", ("nmol",)),
    "pmol": ("picomole", ("pmol",)),
    "[IU]": ("international_unit", ("[IU]", "[iU]", "IU")),
    "k[IU]": ("kilointernational_unit", ("k[IU]", "k[iU]", "kIU")),
    "m[IU]": ("milliinternational_unit", ("m[IU]", "m[iU]", "mIU")),
    "{copies}": ("copy", ("{copies}", "copies", "copy", "cp", "cps", "{copy}")),
    "{cells}": ("cell", ("{cells}", "cells", "cell")),
    "U": ("enzyme_unit", ("U",)),
    "kU": ("kiloenzyme_unit", ("kU",)),
    "ukat": ("microkatal", ("ukat",)),
    "nkat": ("nanokatal", ("nkat",)),
    "meq": ("milliequivalent", ("meq", "mEq")),
}
_DENOMINATORS = {
    "L": ("liter", ("L", "l", "litre", "liter")),
    "dL": ("deciliter", ("dL", "dl", "100mL", "100 mL", "100ml", "100 ml")),
    "mL": ("milliliter", ("mL", "ml")),
    "uL": ("microliter", ("uL", "ul", "mm3", "mm^3")),
}
_COUNTS = {
    "10*12/L": ("1e12", "1/liter", ("10*12/L", "10^12/L", "x10^12/L", "x10*12/L", "T/L")),
    "10*9/L": ("1e9", "1/liter", ("10*9/L", "10^9/L", "x10^9/L", "x10*9/L", "10^9/l", "G/L")),
    "10*6/uL": ("1e6", "1/microliter", ("10*6/uL", "10^6/uL", "x10^6/uL", "M/uL")),
    "10*3/uL": ("1e3", "1/microliter", ("10*3/uL", "10^3/uL", "x10^3/uL", "K/uL", "k/uL", "10*3/mm3", "10^3/mm3")),
    "/uL": ("1", "1/microliter", ("/uL", "/mm3", "/mm^3")),
    "/L": ("1", "1/liter", ("/L",)),
}
_ALONE = {
    "kg": ("kilogram", ("kg", "kgs", "kilogram", "kilograms")),
    "g": ("gram", ("g", "gram", "grams")),
    "[lb_av]": ("pound", ("[lb_av]", "lb", "lbs", "pound", "pounds")),
    "[stone_av]": ("stone", ("[stone_av]", "stone")),
    "1": ("unity", ("1", "{INR}", "INR", "{ratio}", "ratio")),
    "%": ("percent", ("%", "percent")),
    "s": ("second", ("s", "sec")),
    "ms": ("millisecond", ("ms", "msec")),
    "mm[Hg]": ("mmHg", ("mm[Hg]", "mmHg", "mm Hg")),
    "kPa": ("kilopascal", ("kPa",)),
    "kg/m2": ("kilogram/m2", ("kg/m2", "kg/m^2")),
    "mL/min": ("milliliter/minute", ("mL/min", "ml/min")),
    "mL/min/{1.73_m2}": (
        "milliliter/minute",
        ("mL/min/{1.73_m2}", "mL/min/1.73m2", "mL/min/1.73 m2", "ml/min/1.73m2", "mL/min/1.73m^2"),
    ),
    "{cells}/kg": ("cell/kilogram", ("{cells}/kg", "cells/kg", "cell/kg")),
    "{cells}": ("cell", ("{cells}", "cells")),
    "mL": ("milliliter", ("mL", "ml")),
}
_HBA1C = {
    "%": ("ngsp_percent", ("%", "percent", "%{HemoglobinA1C}", "% NGSP", "%{NGSP}")),
    "mmol/mol": ("ifcc_mmol_per_mol", ("mmol/mol", "mmol/mol{HemoglobinA1C}", "mmol/mol IFCC", "mmol/mol{IFCC}")),
}
_OTHER_SPELLINGS = {"mg%": "mg/dL", "g%": "g/dL"}


def _common() -> dict[str, UnitCode]:
    spelled: dict[str, UnitCode] = {}
    for (top, (top_pint, tops)), (low, (low_pint, lows)) in product(_NUMERATORS.items(), _DENOMINATORS.items()):
        unit = UnitCode(f"{top}/{low}", f"{top_pint}/{low_pint}")
        spelled.update({f"{a}/{b}": unit for a, b in product(tops, lows)})
    for code, (scale, pint, spellings) in _COUNTS.items():
        spelled.update(dict.fromkeys(spellings, UnitCode(code, pint, scale)))
    spelled.update(_plain(_ALONE))
    spelled.update({spelling: spelled[code] for spelling, code in _OTHER_SPELLINGS.items()})
    return spelled


def _plain(table: dict[str, tuple[str, tuple[str, ...]]]) -> dict[str, UnitCode]:
    return {spelling: UnitCode(code, pint) for code, (pint, spellings) in table.items() for spelling in spellings}


FAMILIES = MappingProxyType({"common": MappingProxyType(_common()), "hba1c": MappingProxyType(_plain(_HBA1C))})
