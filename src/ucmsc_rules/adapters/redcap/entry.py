"""One line of an export: the texts of one record, event and repeat, before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ucmsc_rules.adapters.redcap.project import EVENT, INSTANCE, INSTRUMENT

LINE_PER_VALUE = frozenset({"record", "field_name", "value"})


@frozen
class Entry:
    """What stands on one line of an export, by column; ``place`` says where, as "row 3" or "element 3".

    ``unreadable`` are columns whose text cannot be trusted, since they stand twice or hold no text. ``whole`` is false
    where nothing shows that the last text did not go on. ``in_one_piece`` is whether the file keeps a record together,
    so that no line can be missing that nobody notices.
    """

    place: str
    texts: Mapping[str, str]
    unreadable: tuple[str, ...] = ()
    whole: bool = True
    in_one_piece: bool = False

    def key(self) -> tuple[str, str, str]:
        """The event, the repeating instrument and the number of the repeat."""
        texts = self.texts
        return texts.get(EVENT, "").strip(), texts.get(INSTRUMENT, "").strip(), texts.get(INSTANCE, "").strip()

    def has_line_per_value(self) -> bool:
        """Whether the export has one line for each value (REDCap calls it EAV), and not one for each record."""
        return self.texts.keys() >= LINE_PER_VALUE

    def may_lack_a_line(self) -> bool:
        """Whether another line of the file could be one of the same record."""
        several = self.has_line_per_value() or not {EVENT, INSTRUMENT, INSTANCE}.isdisjoint(self.texts)
        return several and not self.in_one_piece
