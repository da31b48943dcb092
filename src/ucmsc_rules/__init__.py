"""Clinical-trial eligibility as declarative rules: the answer is right or says that it is unknown, and says why."""

from __future__ import annotations

from ucmsc_rules._version import __version__
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
from ucmsc_rules.rules.arms import Amount, Arm, Dose, DoseError
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.rules.load_dictionary import load_dictionary
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import screen, screen_all
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Evidence, Finding, Need, Status, Verdict
from ucmsc_rules.verdicts.report import to_json

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
    "Problem",
    "Ruleset",
    "RulesetError",
    "Status",
    "Truth",
    "UcmscRulesError",
    "UnitError",
    "ValueTextError",
    "Verdict",
    "__version__",
    "load_dictionary",
    "load_ruleset",
    "screen",
    "screen_all",
    "to_json",
]
