"""The staff side of private contributions: the queue, one contribution, and what can be done with it."""

from contributions.admin import queue

__all__ = ["queue"]
