"""Speaks HTTP: every request of the program is a `Net.fetch`.

Request -> target (scheme, host, port) -> slot of its site -> addresses checked -> connection -> headers
        -> body, bounded -> decoded, bounded -> Response, or back to the start for a redirect
"""

from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings, net_settings, user_agent
from aggregator.net.request import Request

__all__ = ["Net", "NetSettings", "Request", "net_settings", "user_agent"]
