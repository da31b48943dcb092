"""Edges of a ruleset: where its answers turn, as records with what must come out of them."""

from ucmsc_rules.testing.boundaries.edge import Edge, EdgeError, Miss, check_edges, dump_edge, edges, read_edges
from ucmsc_rules.testing.boundaries.probe import Probe
from ucmsc_rules.testing.boundaries.walking import probes

__all__ = ["Edge", "EdgeError", "Miss", "Probe", "check_edges", "dump_edge", "edges", "probes", "read_edges"]
