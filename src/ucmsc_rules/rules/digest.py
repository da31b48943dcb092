"""Fingerprints a ruleset: its document and the dictionary entries that it uses, not its comments, layout or place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ucmsc_rules.documents import Node, plain
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.rules.score_entries import referred


def digest(document: Node, entries: Mapping[str, Node], used: Iterable[str], dictionary: Dictionary) -> str:
    """``sha256:`` and the hash of the document and of every entry in use, or that one in use is reckoned from."""
    names = sorted(_with_referred(used, dictionary))
    content = {"ruleset": plain(document), "concepts": {name: _ordered(plain(entries[name])) for name in names}}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def _with_referred(used: Iterable[str], dictionary: Dictionary) -> set[str]:
    found: set[str] = set()
    waiting = list(used)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += referred(dictionary[name])
    return found


def _ordered(entry: dict[str, Any]) -> dict[str, Any]:
    """Keys are sorted for the hash, but the steps of a score mean something by their order."""
    return {**entry, "steps": list(entry["steps"].items())} if "steps" in entry else entry
