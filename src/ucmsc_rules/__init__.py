"""Clinical-trial eligibility as declarative rules: the answer is right or says that it is unknown, and says why.

The public names are loaded when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules._version import __version__
from ucmsc_rules.lazy import names_from

if TYPE_CHECKING:
    from ucmsc_rules.adapters.load_mapping import load_mapping
    from ucmsc_rules.corrections import Screening, changes, open_screening
    from ucmsc_rules.errors import (
        Complaint,
        EngineError,
        EnginesDisagree,
        RulesetError,
        UcmscRulesError,
        UnitError,
        ValueTextError,
    )
    from ucmsc_rules.facts.fact import Problem
    from ucmsc_rules.facts.ranges import NormalRange
    from ucmsc_rules.rules.arms import Amount, Arm, Dose, DoseError
    from ucmsc_rules.rules.load import load_ruleset
    from ucmsc_rules.rules.load_dictionary import load_dictionary
    from ucmsc_rules.rules.model import Ruleset
    from ucmsc_rules.screening import screen, screen_all
    from ucmsc_rules.values.truth import Truth
    from ucmsc_rules.verdicts.finding import Evidence, Finding, Need, Status, Verdict
    from ucmsc_rules.verdicts.reading import from_json
    from ucmsc_rules.verdicts.report import to_json

_HOMES = {
    "Amount": "rules.arms",
    "Arm": "rules.arms",
    "Complaint": "errors",
    "Dose": "rules.arms",
    "DoseError": "rules.arms",
    "EngineError": "errors",
    "EnginesDisagree": "errors",
    "Evidence": "verdicts.finding",
    "Finding": "verdicts.finding",
    "Need": "verdicts.finding",
    "NormalRange": "facts.ranges",
    "Problem": "facts.fact",
    "Ruleset": "rules.model",
    "RulesetError": "errors",
    "Status": "verdicts.finding",
    "Truth": "values.truth",
    "UcmscRulesError": "errors",
    "UnitError": "errors",
    "ValueTextError": "errors",
    "Verdict": "verdicts.finding",
    "Screening": "corrections",
    "changes": "corrections",
    "from_json": "verdicts.reading",
    "load_dictionary": "rules.load_dictionary",
    "load_mapping": "adapters.load_mapping",
    "load_ruleset": "rules.load",
    "open_screening": "corrections",
    "screen": "screening",
    "screen_all": "screening",
    "to_json": "verdicts.report",
}

__all__ = [
    "Amount",
    "Arm",
    "Complaint",
    "Dose",
    "DoseError",
    "EngineError",
    "EnginesDisagree",
    "Evidence",
    "Finding",
    "Need",
    "NormalRange",
    "Problem",
    "Ruleset",
    "RulesetError",
    "Screening",
    "Status",
    "Truth",
    "UcmscRulesError",
    "UnitError",
    "ValueTextError",
    "Verdict",
    "__version__",
    "changes",
    "from_json",
    "load_dictionary",
    "load_mapping",
    "load_ruleset",
    "open_screening",
    "screen",
    "screen_all",
    "to_json",
]


__getattr__ = names_from(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
