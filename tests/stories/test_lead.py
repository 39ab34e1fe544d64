"""Who leads a story, and that it says why."""

from aggregator.stories.lead import Lead, StoryReport, lead


def test_the_first_of_those_about_as_complete_leads() -> None:
    reports = [
        StoryReport(1, 100, at=10),
        StoryReport(2, 480, at=30),
        StoryReport(3, 400, at=20),
        StoryReport(4, 500, at=40),
    ]
    assert lead(reports) == Lead(3, "published first of 3 about as complete")


def test_a_much_longer_late_report_leads() -> None:
    assert lead([StoryReport(1, 100, at=10), StoryReport(2, 300, at=50)]) == Lead(
        2, "the most complete of 2 reports (300 words)"
    )


def test_the_order_of_sources_decides_between_equal_times() -> None:
    found = lead([StoryReport(1, 100, at=10, source_rank=7), StoryReport(2, 100, at=10, source_rank=3)])
    assert found == Lead(2, "its source stands first in feeds.yaml, of 2 published at once")


def test_what_else_is_equal_is_decided_by_storing() -> None:
    assert lead([StoryReport(5, 10, at=1), StoryReport(4, 10, at=1)]) == Lead(4, "stored first of 2 about as complete")
    assert lead([StoryReport(5, 10, at=1)]) == Lead(5, "the only report")
