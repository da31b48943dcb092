"""Names the attributes of vendors alike, whatever prefix a file gives to their namespaces."""

from __future__ import annotations

from ucmsc_rules.adapters.odm.pieces import DATASET_XML, Element, local_name, namespace

_PREFIXES = {
    "https://projectredcap.org": "redcap",
    "http://www.openclinica.org/ns/odm_ext_v130/v3.1": "OpenClinica",
    "http://www.mdsol.com/ns/odm/metadata": "mdsol",
    "http://www.w3.org/XML/1998/namespace": "xml",
}


def attribute_name(name: str, element: Element) -> str:
    """An attribute's name, with its vendor's usual prefix where it has a namespace of its own.

    That of Dataset-XML is left out, since ODM 2.0 has taken its attributes over.
    """
    space = namespace(name)
    if not space or space == DATASET_XML:
        return local_name(name)
    declared = (prefix for prefix, uri in element.nsmap.items() if uri == space and prefix)
    return f"{_PREFIXES.get(space) or next(declared, space)}:{local_name(name)}"
