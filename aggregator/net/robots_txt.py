"""Reads robots.txt: what a site lets robots ask, and how fast.

Source: RFC 9309 (the Robots Exclusion Protocol); the rules themselves are matched by Protego, Crawl-delay included.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

MAX_BYTES = 500 * 1024
"""RFC 9309 section 2.5: this much is read at least; here also at most."""

_AGENT_LINE = re.compile(r"^(\s*user[- ]?agent\s*[: ]\s*)([^#\n]*)", re.IGNORECASE | re.MULTILINE)
# No product token may hold a tilde (RFC 9309 section 2.2.1), so this is nobody's name.
_SOMEONE_ELSE = "~"


class Robots:
    """The rules of one site. `reachable` is False while the file can't be had: then nothing may be asked, for now."""

    __slots__ = ("_parsed", "reachable", "text")

    def __init__(self, text: str = "", *, reachable: bool = True) -> None:
        self.text = text
        self.reachable = reachable
        self._parsed: tuple[str, Protego] | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` (a product token such as "aggregator", or a whole User-Agent) may ask for `url`."""
        return self.reachable and (not self.text or self._rules(agent).can_fetch(url, _token(agent)))

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the site asks `agent` for; None where it asks for none."""
        return self._rules(agent).crawl_delay(_token(agent)) if self.text else None

    def _rules(self, agent: str) -> "Protego":
        token = _token(agent)
        if self._parsed is None or self._parsed[0] != token:
            from protego import Protego

            self._parsed = (token, Protego.parse(_only_for(token, self.text)))
        return self._parsed[1]


def parse_robots(status: int, body: bytes) -> Robots:
    """The rules from the answer to a request for /robots.txt; `status` 0 stands for no answer at all.

    There is no such file (4xx, or redirects without end): all is allowed. The server can't say (5xx, 429, 0):
    nothing is, until it can.
    """
    if status == 0 or status == 429 or status >= 500:
        return Robots(reachable=False)
    if not 200 <= status < 300:
        return Robots()
    return Robots(_text(body))


def _text(body: bytes) -> str:
    if len(body) > MAX_BYTES:
        body = body[: max(body.rfind(b"\n", 0, MAX_BYTES), 0)]
    return body.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _token(agent: str) -> str:
    return agent.partition("/")[0].strip().lower()


def _only_for(token: str, text: str) -> str:
    """The text with the names of all other robots made one: no name matches in part ("agg" is not "aggregator"), and
    a file of ten thousand names costs no more than one of two."""

    def rename(line: "re.Match[str]") -> str:
        name = line[2].strip().rstrip("*").partition("/")[0].strip().lower()
        return line[0] if not name else line[1] + (token if name == token else _SOMEONE_ELSE)

    return _AGENT_LINE.sub(rename, text)
