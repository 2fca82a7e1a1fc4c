"""Keeps public pages, each for the public state that it shows (docs/caching.md)."""
