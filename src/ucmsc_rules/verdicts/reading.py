"""Reads an answer's JSON back into a verdict, for software that stores answers or gets them from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, override

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.verdicts.finding import Need, Verdict


def from_json(answer: Mapping[str, Any]) -> Verdict:
    """The verdict that ``to_json`` wrote.

    Raises ValueTextError, naming each place, where the data have not the form of an answer.
    """
    try:
        return _converter().structure(answer, Verdict)
    except BaseValidationError as error:
        raise ValueTextError(f"this is no answer: {'; '.join(transform_error(error, path='answer'))}") from None


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    needs = make_dict_structure_fn(
        Need, converter, from_day=override(rename="from"), to_day=override(rename="to"), _cattrs_forbid_extra_keys=True
    )
    converter.register_structure_hook(Need, needs)
    return converter
