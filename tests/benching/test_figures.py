import pytest

from scripts.benching.figures import at_least, growth, medians, percentile, verdict


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.95, 4), (0.25, 1), (1.0, 4)])
def test_percentile_is_the_nearest_rank(share, value):
    assert percentile([4, 1, 3, 2], share) == value


def test_medians_are_of_each_request_over_the_rounds():
    assert medians([[1, 10], [3, 30], [2, 20]]) == [2, 20]


def test_growth_is_the_exponent_between_smallest_and_largest():
    assert growth({100: 2.0, 10_000: 20.0, 1_000: 1.0}) == pytest.approx(0.5)
    assert growth({100: 2.0}) is None


def test_verdict_says_by_how_much_a_target_was_missed():
    assert [verdict(1.0, 1.0), verdict(1.2, 1.0)] == ["met", "missed by 20%"]
    assert [at_least(300, 300), at_least(150, 300)] == ["met", "missed by 50%"]
