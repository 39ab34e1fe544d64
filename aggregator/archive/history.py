"""Shows the texts that an article has had, and what differs between two that follow one another."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.errors import UsageError
from aggregator.revisions.word_diff import Piece, word_diff
from aggregator.store.content import stored_articles
from aggregator.store.content.stored_articles import Revision, StoredArticle
from aggregator.store.engine import Store
from aggregator.store.polling import refetches
from aggregator.text import count_words
from aggregator.times import iso

_PARTS = ("title", "lead", "text")


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an article. `number`: 1 is the first; times are ISO 8601, UTC: when it was fetched, and when the next
    one took its place (None: it is today's). `added`, `removed`: words that differ from the one before (None: none
    was)."""

    number: int
    fetched_at: str | None
    replaced_at: str | None
    title: str | None
    lead: str | None
    text: str
    words: int
    added: int | None
    removed: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changed of the one before. `pieces`: of title, lead and text, those of them that differ."""

    before: Version
    after: Version
    pieces: dict[str, tuple[Piece, ...]]


@dataclass(frozen=True, slots=True)
class History:
    """All texts of an article, the first one first. `gone_at`: since when its page is gone; `note`: what was wrong when
    its page was fetched last, `looked_at` that time; `next_at`: when it will be again. ISO 8601, or None."""

    versions: tuple[Version, ...]
    gone_at: str | None
    note: str | None
    looked_at: str | None
    next_at: str | None


_Text = Version | Revision | StoredArticle


def history(store: Store, article_id: int) -> History:
    """Returns the texts of the article of this id. Raises UsageError if there is none."""
    with store.read() as conn:
        article = stored_articles.get(conn, article_id)
        earlier = stored_articles.revisions_of(conn, article_id)
        plan = refetches.of_article(conn, article_id)
    texts: list[Revision | StoredArticle] = [*earlier, article]
    found: list[Version] = []
    for number, one in enumerate(texts, 1):
        added, removed = (None, None) if number == 1 else _counts(_pieces(texts[number - 2], one))
        replaced = iso(one.replaced_at) if isinstance(one, Revision) else None
        shown = (one.title, one.lead, one.text, count_words(one.text))
        found.append(Version(number, iso(one.fetched_at), replaced, *shown, added, removed))
    note, looked, following = (None, None, None) if plan is None else (plan.note, plan.looked_at, plan.next_at)
    return History(tuple(found), iso(article.gone_at), note, iso(looked), iso(following))


def change(versions: Sequence[Version], number: int | None) -> Change | None:
    """Returns what version `number` (None: the last) changed; None if there is but one. Raises UsageError if that
    changed none."""
    if len(versions) == 1 and number is None:
        return None
    number = len(versions) if number is None else number
    if not 2 <= number <= len(versions):
        having = f"it has {len(versions)}" if len(versions) > 1 else "its text never changed"
        raise UsageError(f"no version {number} that changed another one; {having}")
    before, after = versions[number - 2], versions[number - 1]
    return Change(before, after, _pieces(before, after))


def _pieces(before: _Text, after: _Text) -> dict[str, tuple[Piece, ...]]:
    pairs = {name: (getattr(before, name) or "", getattr(after, name) or "") for name in _PARTS}
    return {name: word_diff(old, new) for name, (old, new) in pairs.items() if old != new}


def _counts(pieces: dict[str, tuple[Piece, ...]]) -> tuple[int, int]:
    def words(kind: str) -> int:
        return sum(count_words(piece.text) for part in pieces.values() for piece in part if piece.kind == kind)

    return words("added"), words("removed")
