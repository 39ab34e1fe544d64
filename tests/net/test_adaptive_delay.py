"""AdaptiveDelay: slow servers and those that push back are asked more seldom, and it wears off."""

from functools import reduce

import pytest

from aggregator.net.adaptive_delay import AdaptiveDelay

NOW = 1_800_000_000.0


def answered(
    *answers: tuple[float, int | None], least: float = 2.0, pace: AdaptiveDelay | None = None
) -> AdaptiveDelay:
    """The pace after these answers (seconds, status), all of them now."""
    return reduce(lambda pace, one: pace.after(*one, least, NOW), answers, pace or AdaptiveDelay())


def gap(pace: AdaptiveDelay, least: float = 2.0, later: float = 0.0) -> float:
    return pace.gap(least, NOW + later)


def test_quick_answers_leave_the_gap_as_it_is() -> None:
    assert gap(answered(*[(0.2, 200)] * 20)) == 2.0


def test_slow_answers_make_it_longer_within_bounds() -> None:
    assert gap(answered(*[(2.0, 200)] * 20)) == pytest.approx(10.0)
    assert gap(answered(*[(60.0, None)] * 20)) == 30.0
    assert gap(answered(*[(2.0, 200)] * 20, *[(0.1, 200)] * 20)) == 2.0


def test_one_slow_answer_is_not_a_slow_server() -> None:
    assert gap(answered(*[(0.1, 200)] * 20, (1.0, 200))) == 2.0


@pytest.mark.parametrize("status", [429, 403, 503])
def test_pushing_back_doubles_the_gap_each_time(status: int) -> None:
    gaps = [gap(answered(*[(0.1, status)] * times)) for times in range(1, 8)]
    assert gaps == [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


@pytest.mark.parametrize("status", [200, 304, 404])
def test_good_answers_wear_it_off(status: int) -> None:
    pushed = answered(*[(0.1, 429)] * 3)
    assert gap(answered((0.1, status), pace=pushed)) == pytest.approx(12.8)
    assert gap(answered(*[(0.1, status)] * 20, pace=pushed)) == 2.0


@pytest.mark.parametrize("status", [500, 502, None])
def test_faults_neither_slow_nor_wear_off(status: int | None) -> None:
    assert gap(answered((0.1, status))) == 2.0
    pushed = answered((0.1, 429), (0.1, 429))
    assert gap(answered((0.1, status), pace=pushed)) == gap(pushed)


def test_it_wears_off_with_time() -> None:
    pushed = answered(*[(0.1, 429)] * 3)
    assert gap(pushed, later=3600) == pytest.approx(8.0)
    assert gap(pushed, later=86400) == 2.0
    assert gap(pushed, later=-3600) == 16.0  # the clock was set back


def test_a_server_of_ones_own_is_slowed_by_push_back_alone() -> None:
    assert gap(answered((5.0, 200), least=0.0), least=0.0) == 0.0
    assert gap(answered((0.1, 503), least=0.0), least=0.0) == 1.0
    assert gap(answered((0.1, 503), *[(0.1, 200)] * 10, least=0.0), least=0.0) == 0.0


def test_a_gap_of_more_than_the_most_stays() -> None:
    assert gap(answered((0.1, 429), least=300.0), least=300.0) == 300.0
