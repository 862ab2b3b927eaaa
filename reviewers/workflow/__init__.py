"""Use cases, one module per step: gather, decide, apply."""
