"""Numbers from measurements: percentiles, growth, and how a ratio stands to its target. Pure."""

import math
from collections.abc import Mapping, Sequence
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed (nearest rank); 0 < share <= 1."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def medians(rounds: Sequence[Sequence[float]]) -> list[float]:
    """The median of each request over the rounds; every round holds the same requests in the same order."""
    return [median(times) for times in zip(*rounds, strict=True)]


def growth(by_size: Mapping[int, float]) -> float | None:
    """The exponent b of time = a * size^b between the smallest and the largest size; None with fewer than two."""
    if len(by_size) < 2:
        return None
    low, high = min(by_size), max(by_size)
    return math.log(by_size[high] / by_size[low]) / math.log(high / low)


def verdict(value: float, target: float) -> str:
    """`met`, or by how much it was missed: the target is the most that `value` may be."""
    return "met" if value <= target else f"missed by {value / target - 1:.0%}"


def at_least(value: float, target: float) -> str:
    """As `verdict`, for a target that is the least that `value` may be."""
    return "met" if value >= target else f"missed by {1 - value / target:.0%}"
