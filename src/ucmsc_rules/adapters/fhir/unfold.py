"""Takes the resources out of Bundles and lists, and notices what tells that others are missing."""

from __future__ import annotations

from ucmsc_rules.adapters.fhir.entries import LONGEST_TYPE, Entry, Parsed, base_of
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object, objects

DEEPEST = 3
NO_RESOURCE = 'this is no FHIR resource, since it has no "resourceType"'
TOO_DEEP = "lists and Bundles in each other are read three deep, and these are deeper"
_CHANGING = frozenset({"DELETE", "PATCH"})
_SERVER = ("http://", "https://")
_OTHER_MODES = frozenset({"include", "outcome"})


def unfold(value: object, where: str, parsed: Parsed, deepest: int) -> None:
    """Takes in a resource, the entries of a Bundle, or a list of them."""
    if isinstance(value, list):
        if not deepest:
            parsed.lost.append(f"{where}{TOO_DEEP}")
            return
        for number, each in enumerate(value):
            unfold(each, f"{where}[{number}] ", parsed, deepest - 1)
        return
    resource = an_object(value)
    if not a_text(resource.get("resourceType")):
        parsed.lost.append(f"{where}{NO_RESOURCE}")
    elif resource["resourceType"] == "Bundle":
        take_bundle(resource, where, parsed, deepest)
    else:
        parsed.entries.append(Entry(resource, a_text(resource["resourceType"])[:LONGEST_TYPE], where))
        _notice_failure(parsed.entries[-1], parsed)


def take_bundle(bundle: Json, where: str, parsed: Parsed, deepest: int) -> None:
    """Takes in the entries of a Bundle."""
    if a_text(bundle.get("type")) == "history":
        parsed.lost.append(
            f"{where}a Bundle of type history holds what was replaced or deleted; export the current state"
        )
        return
    for link in objects(bundle.get("link")):
        pages = {"self": parsed.pages, "next": parsed.next_pages}.get(a_text(link.get("relation")))
        if pages is not None:
            pages.append(a_text(link.get("url")))
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        parsed.lost.append(f"{where}Bundle.entry is no list, so nothing of it is read")
        return
    for number, entry in enumerate(entries):
        add_entry(entry, number, where, parsed, deepest)
    _notice_partial(bundle, entries, where, parsed)


def _notice_partial(bundle: Json, entries: list[object], where: str, parsed: Parsed) -> None:
    """A search that tells of more matches than it holds, and of no pages, is a part of what was found."""
    total = a_text(bundle.get("total"))
    paged = any(a_text(link.get("relation")) in {"next", "previous", "prev"} for link in objects(bundle.get("link")))
    if not total.isdecimal() or paged or a_text(bundle.get("type")) != "searchset":
        return
    modes = [a_text(an_object(an_object(entry).get("search")).get("mode")) for entry in entries]
    held = sum(mode not in _OTHER_MODES for mode in modes)
    if total.lstrip("0") != str(held) and len(total) < LONGEST_TYPE and int(total) > held:
        parsed.lost.append(f"{where}the Bundle tells of {total} matches and holds {held}; give all pages of the search")


def add_entry(entry: object, number: int, where: str, parsed: Parsed, deepest: int) -> None:
    """Takes in the resource of an entry."""
    parts = an_object(entry)
    resource = parts.get("resource")
    if not isinstance(resource, dict):
        _add_empty(parts, f"{where}Bundle.entry[{number}]", parsed)
        return
    kind = a_text(resource.get("resourceType"))
    if kind == "Bundle" and deepest:
        take_bundle(resource, f"{where}Bundle.entry[{number}] ", parsed, deepest - 1)
    elif kind == "Bundle" or not kind:
        parsed.lost.append(f"{where}Bundle.entry[{number}]: {TOO_DEEP if kind else NO_RESOURCE}")
    else:
        address = a_text(parts.get("fullUrl"))
        base = base_of(address) if address.startswith(_SERVER) else ""
        found = Entry(resource, kind[:LONGEST_TYPE], where, number, address, base)
        parsed.entries.append(found)
        if "search" in parts or "request" in parts:
            _notice_change(found, parts, parsed)


def _add_empty(entry: Json, path: str, parsed: Parsed) -> None:
    method = a_text(an_object(entry.get("request")).get("method"))
    if method in _CHANGING:
        parsed.lost.append(f"{path}: {method} changes what was said before; export the current state")
    else:
        label = "Bundle.entry without a resource"
        parsed.empty[label] = parsed.empty.get(label, 0) + 1


def _notice_change(found: Entry, entry: Json, parsed: Parsed) -> None:
    """An entry that changes another leaves open what is not seen here, and so does an error of the search."""
    method = a_text(an_object(entry.get("request")).get("method"))
    if method in _CHANGING:
        parsed.lost.append(f"{found.path}: {method} changes what was said before; export the current state")
    elif "search" in entry:
        _notice_failure(found, parsed)


def _notice_failure(found: Entry, parsed: Parsed) -> None:
    """What a server tells that it could not give."""
    issues = objects(found.resource.get("issue")) if found.kind == "OperationOutcome" else []
    texts = [_words_of(each) for each in issues if a_text(each.get("severity")) in {"fatal", "error"}]
    if texts:
        parsed.lost.append(f"{found.path}: the server tells of an error ({'; '.join(texts)[:200]})")


def _words_of(issue: Json) -> str:
    words = a_text(issue.get("diagnostics")) or a_text(an_object(issue.get("details")).get("text"))
    return words or a_text(issue.get("code")) or "without words"
