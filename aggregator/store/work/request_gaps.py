"""Spaces the requests to a site between processes, by the clock of PostgreSQL: when the next one may start is written
before each request, so that neither a kill nor a wrong clock breaks a gap."""

from collections.abc import Collection

from sqlalchemy import Connection, text

from aggregator.errors import LeaseLost
from aggregator.store.engine import Store
from aggregator.store.job_threads import JobThread

_NOW = "extract(epoch FROM clock_timestamp())"
_TAKE = text(
    f"INSERT INTO sites (site, next_request_at) VALUES (:site, {_NOW} + :gap) ON CONFLICT (site) DO UPDATE"
    " SET next_request_at = excluded.next_request_at"
    f" WHERE coalesce(sites.next_request_at, 0) <= {_NOW} AND (sites.owner = :owner OR NOT :held) RETURNING site"
)
_LEFT = text(f"SELECT owner, greatest(next_request_at - {_NOW}, 0.001) FROM sites WHERE site = :site")


class RequestGaps:
    """Notes requests for one owner of leases. `held`: the sites whose leases it has; one that was lost is asked for
    nothing more."""

    def __init__(self, store: Store, owner: str, held: Collection[str]) -> None:
        self._owner = owner
        self._held = held
        self._thread = JobThread(store.autocommit, "gaps")  # of its own: no transaction of the writer delays a request

    async def take(self, site: str, gap: float) -> float:
        """Notes that a request to a site starts now, the next one no sooner than in `gap` seconds, and returns 0; or
        the seconds to wait, where it must not start yet. Raises LeaseLost, StoreError."""
        values = {"site": site, "gap": gap, "owner": self._owner, "held": site in self._held}

        def job(conn: Connection) -> float:
            if conn.execute(_TAKE, values).first() is not None:
                return 0.0
            owner, left = conn.execute(_LEFT, {"site": site}).one()
            if values["held"] and owner != self._owner:
                raise LeaseLost(f"{site}: another process has it now")
            return float(left)

        return await self._thread.do(job)

    def close(self) -> None:
        """Ends its thread."""
        self._thread.close()
