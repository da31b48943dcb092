"""Verdicts go back: into what EDC systems take."""
