from aggregator.feeds.raw import RawFeed


def read(body: bytes, content_type: str | None, url: str, selector: str | None) -> RawFeed:
    raise NotImplementedError
