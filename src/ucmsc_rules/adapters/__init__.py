"""What EDC systems send becomes canonical records. Adapters know of facts and values, and nothing of rules.

The names are loaded when they are first used: each format needs packages of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules.lazy import names_from

if TYPE_CHECKING:
    from ucmsc_rules.adapters.fhir import read_fhir
    from ucmsc_rules.adapters.load_mapping import load_mapping
    from ucmsc_rules.adapters.mapping import FieldMapping, System
    from ucmsc_rules.adapters.odm import read_odm
    from ucmsc_rules.adapters.received import Received
    from ucmsc_rules.adapters.redcap import read_redcap
    from ucmsc_rules.adapters.redcap.odm import read_redcap_odm
    from ucmsc_rules.adapters.sdtm import read_sdtm
    from ucmsc_rules.adapters.sources import Source, read_source
    from ucmsc_rules.adapters.tables import read_long_table, read_table

_HOMES = {
    "FieldMapping": "adapters.mapping",
    "Received": "adapters.received",
    "Source": "adapters.sources",
    "System": "adapters.mapping",
    "load_mapping": "adapters.load_mapping",
    "read_fhir": "adapters.fhir",
    "read_long_table": "adapters.tables",
    "read_odm": "adapters.odm",
    "read_redcap": "adapters.redcap",
    "read_redcap_odm": "adapters.redcap.odm",
    "read_sdtm": "adapters.sdtm",
    "read_source": "adapters.sources",
    "read_table": "adapters.tables",
}

__all__ = [
    "FieldMapping", "Received", "Source", "System", "load_mapping", "read_fhir", "read_long_table", "read_odm",
    "read_redcap", "read_redcap_odm", "read_sdtm", "read_source", "read_table",
]  # fmt: skip

__getattr__ = names_from(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
