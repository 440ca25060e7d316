"""Routing rules and standard texts: what a city changes without a programmer (docs/routing.md)."""
