"""Thin Bolt listeners, one file per feature."""
