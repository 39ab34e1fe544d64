"""When a page is fetched again: by the plan, after a failure, and because its feed says so."""

from aggregator.revisions.refetch_times import after_entry_update, after_failed_refetch, next_refetch

HOUR = 3600
STEPS = (HOUR, 6 * HOUR, 24 * HOUR)


def test_the_plan_thins_out_and_ends() -> None:
    assert next_refetch(STEPS, 0, 0) == HOUR
    assert next_refetch(STEPS, 0, HOUR) == 6 * HOUR
    assert next_refetch(STEPS, 0, 24 * HOUR) is None
    assert next_refetch((), 0, 0) is None


def test_what_came_late_stands_for_a_time_that_is_near() -> None:
    assert next_refetch(STEPS, 0, 6 * HOUR - 1700) == 24 * HOUR
    assert next_refetch(STEPS, 0, 6 * HOUR - 1900) == 6 * HOUR


def test_a_failure_is_tried_again_soon_and_not_for_ever() -> None:
    assert after_failed_refetch(24 * HOUR, 1, 0) == HOUR
    assert after_failed_refetch(None, 3, 0) == 3 * HOUR
    assert after_failed_refetch(HOUR, 2, 0) == HOUR
    assert after_failed_refetch(24 * HOUR, 4, 0) == 24 * HOUR
    assert after_failed_refetch(None, 4, 0) is None


def test_an_entry_that_changes_in_vain_is_asked_for_ever_more_rarely() -> None:
    assert after_entry_update(0, 0, 5 * HOUR) == 5 * HOUR
    assert after_entry_update(0, 0, 60) == HOUR
    assert after_entry_update(0, 3, 60) == 8 * HOUR
    assert after_entry_update(0, 99, 60) == 30 * 24 * HOUR
