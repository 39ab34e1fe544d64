"""Writes what is logged: a line of text, or on request a line of JSON with the id of the visit it belongs to."""

import logging
import time

from aggregator.tracing import visit_id

TEXT = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
TEXT.converter = time.gmtime


class JsonLines(logging.Formatter):
    """Writes `{"at": …, "level": …, "logger": …, "message": …}`, with `visit` and `error` where there are any, and with
    the fields of whoever logged it."""

    def format(self, record: logging.LogRecord) -> str:
        import json

        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        said = {
            "at": f"{at}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "visit": visit_id.get(),
            "error": self.formatException(record.exc_info) if record.exc_info else None,
        } | getattr(record, "fields", {})
        return json.dumps({name: value for name, value in said.items() if value is not None}, ensure_ascii=False)
