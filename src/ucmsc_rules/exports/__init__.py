"""Verdicts in the forms that EDC systems take: SDTM IE and TI, FHIR, REDCap import rows, ODM.

The names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules.lazy import names_from

if TYPE_CHECKING:
    from ucmsc_rules.exports.dataset import Dataset, to_dataset_json
    from ucmsc_rules.exports.fhir import to_fhir
    from ucmsc_rules.exports.odm import to_odm, to_odm_group
    from ucmsc_rules.exports.odm_form import OdmForm
    from ucmsc_rules.exports.redcap import redcap_data_dictionary, to_redcap_csv, to_redcap_rows
    from ucmsc_rules.exports.redcap_form import VerdictForm
    from ucmsc_rules.exports.sdtm import Exported, to_ie, to_open_criteria, to_ti

_HOMES = {
    "Dataset": "exports.dataset",
    "Exported": "exports.sdtm",
    "OdmForm": "exports.odm_form",
    "VerdictForm": "exports.redcap_form",
    "redcap_data_dictionary": "exports.redcap",
    "to_dataset_json": "exports.dataset",
    "to_fhir": "exports.fhir",
    "to_ie": "exports.sdtm",
    "to_odm": "exports.odm",
    "to_odm_group": "exports.odm",
    "to_open_criteria": "exports.sdtm",
    "to_redcap_csv": "exports.redcap",
    "to_redcap_rows": "exports.redcap",
    "to_ti": "exports.sdtm",
}

__all__ = [
    "Dataset", "Exported", "OdmForm", "VerdictForm", "redcap_data_dictionary", "to_dataset_json", "to_fhir", "to_ie",
    "to_odm", "to_odm_group", "to_open_criteria", "to_redcap_csv", "to_redcap_rows", "to_ti",
]  # fmt: skip

__getattr__ = names_from(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
