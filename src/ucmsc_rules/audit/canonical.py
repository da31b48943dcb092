"""One text for plain data, whatever the order of its keys, so that a hash of it means the data.

The text is ASCII, without blanks. Objects have their keys in the order of code points; a key that stood twice in the
source is written twice, since no other data come out so. Texts are written as JSON with every character outside ASCII
escaped. Whole numbers are in decimal digits; other numbers as Python's ``str`` writes the float or Decimal, so that
digits are kept as the source wrote them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.entry import kind_of


def canonical_json(value: object) -> str:
    r"""The one text of some plain data. Raises ValueTextError for what is no plain data.

    >>> canonical_json({"value": "<20 IU/mL", "concept": "hbv_dna", "µ": [1, Decimal("8.10"), True, None]})
    '{"concept":"hbv_dna","value":"<20 IU/mL","\\u00b5":[1,8.10,true,null]}'
    """
    return "".join(_pieces(value))


def digest_of(value: object) -> str:
    """``sha256:`` and the hash of the data's one text.

    >>> digest_of({"subject": "S-001", "facts": []})
    'sha256:daa5c732bc144c0b9a4dbd4f7b01027adbb9f3c4dc9eb8de8a30097266f53740'
    """
    return f"sha256:{sha256(canonical_json(value))}"


def sha256(text: str) -> str:
    """The hash of an ASCII text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _pieces(value: object) -> Iterator[str]:
    match value:
        case None | bool() | str():
            yield json.dumps(value)
        case int():
            yield str(Decimal(value))  # of an int, Python refuses to write more than 4,300 digits
        case float() | Decimal():
            yield str(value)
        case Mapping():
            yield from _object(value)
        case list() | tuple():
            yield "["
            for place, each in enumerate(value):
                yield "," * bool(place)
                yield from _pieces(each)
            yield "]"
        case _:
            raise ValueTextError(f"{type(value).__name__} is no plain data; write what JSON can hold")


def _object(value: Mapping[object, object]) -> Iterator[str]:
    texts = {key: each for key, each in value.items() if isinstance(key, str)}
    if len(texts) < len(value):
        raise ValueTextError("an object's keys are texts; one is " + kind_of(next(k for k in value if k not in texts)))
    twice = getattr(value, "keys_twice", ())
    yield "{"
    for place, key in enumerate(sorted([*texts, *twice])):
        yield f"{',' * bool(place)}{json.dumps(key)}:"
        yield from _pieces(texts[key])
    yield "}"
