"""A subject that stays open: facts are added, corrected and withdrawn, and every state answers as if screened anew."""

from ucmsc_rules.corrections.amendment import Act, Amendment, CorrectionError
from ucmsc_rules.corrections.moved import Cause, Moved, changes
from ucmsc_rules.corrections.opened import Screening, open_screening

__all__ = ["Act", "Amendment", "Cause", "CorrectionError", "Moved", "Screening", "changes", "open_screening"]
