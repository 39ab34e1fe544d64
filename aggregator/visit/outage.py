"""Tells a network that is down from sites that are: what fails while nobody answers is nobody's failure yet."""

from dataclasses import dataclass, field

from aggregator.errors import FetchError

_KINDS = ("dns", "connect", "tls", "timeout")
_MANY = 3  # sites: where so many fail and none answers, it is the network
_RETRY_SECONDS = 60


@dataclass(slots=True)
class Outage:
    """Sites that could not be reached since anybody answered.

    A site that fails while nobody has answered rests, and nothing is stored of it. When the others are done, it is
    tried again and charged, unless many failed alike, or this machine has no network.
    """

    answers: int = 0  # by the count of `Net.answers`, when this run began
    failed: dict[str, str] = field(default_factory=dict)  # why, by site
    resting: dict[str, int] = field(default_factory=dict)  # until when, by site
    of_this_machine: bool = False
    charging: bool = False
    told: bool = False

    def begin(self, answers: int) -> None:
        """Begins a run; what failed before it is forgotten once anybody has answered."""
        if answers != self.answers:
            self.failed.clear()
            self.resting.clear()
            self.of_this_machine = self.told = False
        self.answers, self.charging = answers, False

    def excuses(self, site: str, error: FetchError, answers: int, now: int) -> bool:
        """Tells whether a failure is not to be charged, as the network may be down; its site then rests."""
        if self.charging or answers != self.answers or error.kind not in _KINDS or error.redirects:
            return False
        self.failed[site] = error.reason
        self.resting[site] = now + _RETRY_SECONDS
        from aggregator.net.transport_errors import is_of_this_machine  # late: what fails has loaded HTTP

        self.of_this_machine |= is_of_this_machine(error)
        return True

    def rests(self, site: str, now: int) -> bool:
        """Tells whether a site is left alone for now."""
        return self.resting.get(site, now) > now

    def tries_again(self, answers: int) -> bool:
        """Tells whether what rests is to be tried again at once, because the network is up, as far as can be seen."""
        if not self.resting or self.charging or self.reason(answers) is not None:
            return False
        self.resting.clear()
        self.charging = True
        return True

    def reason(self, answers: int) -> str | None:
        """Returns why the network is held to be down, in one line; None if it is not."""
        if not self.failed or answers != self.answers or not (len(self.failed) >= _MANY or self.of_this_machine):
            return None
        count = f"none of {len(self.failed)} sites" if len(self.failed) > 1 else "no site"
        return f"offline: {count} could be reached ({next(iter(self.failed.values()))}); no feed is charged with it"
