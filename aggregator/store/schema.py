"""Defines the tables. Times are whole seconds since 1970, UTC; lists and options are JSON text; null is not known.

On SQLite the search index is the FTS5 table `articles_fts` (contentless: columns text, lead, title, others, facts;
rowid = article id); on PostgreSQL it is the column `search` of `article_search`, beside it how many `words` that are.
Both hold `search_words.search_terms` and `search_facts.facts`.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData()
Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite gives out row ids for INTEGER PRIMARY KEY alone


def _index_where(condition: str, name: str, *columns: Column[Any]) -> None:
    """Adds an index of the rows that meet a condition, which is `info["where"]` too: to name PostgreSQL here would load
    all that SQLAlchemy has for it at every start."""
    Index(name, *columns, sqlite_where=text(condition), info={"where": condition})


# Small values of the program itself: the configuration that was last synced, the index's form.
meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

# The languages by which articles of the search index are stemmed (`search_words.stemming`); none is taken out again.
search_languages = Table("search_languages", metadata, Column("language", Text, primary_key=True))

# Subscriptions. kind "feed"; "page" is an `articles:` item, polled itself; "hand" holds the pages that a person names.
feeds = Table(
    "feeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("title", Text),  # from feeds.yaml, else from the feed itself
    Column("category", Text),
    Column("lang", Text),
    Column("site", Text, nullable=False),  # the politeness key of its own polls
    Column("options", Text, nullable=False),  # the feed as configured, JSON of config.Feed or config.Page
    Column("position", Integer, nullable=False),  # order in feeds.yaml
    Column("retired_at", BigInteger),  # when it left feeds.yaml
    Column("etag", Text),  # byte for byte as received
    Column("last_modified", Text),
    Column("body_hash", BigInteger),  # of the last body that was parsed
    Column("parsed_at", BigInteger),  # when that body was parsed; entries last seen then are listed now
    Column("link", Text),  # the page it belongs to, as it says itself
    Column("format", Text),  # of its last document, as model.FeedDocument names it
    Column("hints", Text),  # what its last document asked for, JSON of model.Hints
    Column("next_poll_at", BigInteger, nullable=False),
    Column("next_poll_reason", Text),
    Column("last_poll_at", BigInteger),
    Column("last_success_at", BigInteger),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("last_error", Text),
    Column("added_at", BigInteger, nullable=False),
    Column("validated_url", Text),  # where etag and last_modified came from, after redirects
    Column("whole_at", BigInteger),  # when its body last came, or was last asked for without conditions
    Column("lied_at", BigInteger),  # when its server had said "not modified" although it was
    Column("broken", Text),  # why the body that the validators stand for can't be read as a feed
    Column("moved_to", Text),  # the address that is polled instead of url, after permanent redirects
    Column("moved_at", BigInteger),
    Column("moving_to", Text),  # where permanent redirects lead, not yet believed
    Column("moving_since", BigInteger),
    Column("moving_polls", Integer),
    Column("gone_at", BigInteger),  # when it answered 410 Gone; not polled until it is asked for by name
    Column("quiet_until", BigInteger),  # a Retry-After that is its affair alone, and that of its pages
    Column("rhythm", Text),  # what its documents taught, JSON of schedule.Rhythm
    Column("latency", Float),  # seconds that its server takes to answer, lately
    Column("health", Text),  # aggregator.health.State
    Column("health_since", BigInteger),
    Column("health_why", Text),
    Column("last_poll_due_at", BigInteger),  # what next_poll_at and next_poll_reason were before the last poll
    Column("last_poll_reason", Text),
    Column("entries", Integer, nullable=False, server_default="0"),  # how many rows of `entries` it has
)
Index("feeds_due", feeds.c.next_poll_at, feeds.c.site)
SUBSCRIBED = feeds.c.retired_at.is_(None) & (feeds.c.kind != "hand")  # what feeds.yaml lists today
_index_where("quiet_until IS NOT NULL", "feeds_quiet", feeds.c.quiet_until)
_index_where("moved_to IS NOT NULL", "feeds_moved", feeds.c.moved_to)

# The sitemaps that a sitemap index lists, and what is known of each.
sitemaps = Table(
    "sitemaps",
    metadata,
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("url", Text, primary_key=True),
    Column("modified_at", BigInteger),  # as the index says
    Column("read_modified_at", BigInteger),  # as the index said when it was read last
    Column("read_at", BigInteger),
    Column("changed_at", BigInteger),  # when it was read last and had a new entry
    Column("etag", Text),
    Column("last_modified", Text),
)

# The log of polls, pruned by age. `by_month`: the time by which a table is partitioned on PostgreSQL, where it is part
# of the primary key too (`store.partitions`).
polls = Table(
    "polls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),  # changed | unchanged | failed
    Column("status", Integer),  # HTTP
    Column("kind", Text),  # of the failure
    Column("reason", Text),
    Column("listed", Integer),  # entries in the document
    Column("new", Integer),  # of them not known before
    Column("bytes", Integer),
    Column("seconds", Float),
    info={"by_month": "at"},
)
Index("polls_of_feed", polls.c.feed_id, polls.c.at)

# What feeds listed. state: waiting (for its page) | done | failed (given up) | none (it has no article) | pruned.
entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text),
    Column("title", Text),
    Column("summary", Text),  # plain text; empty where the article was made from it
    Column("details", Text),  # JSON: guid, authors, tags, image, enclosures, where there are any
    Column("published_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="SET NULL")),
    Column("state", Text, nullable=False),
    Column("site", Text),  # the politeness key of its page
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_try_at", BigInteger),  # set while waiting
    Column("error", Text),
    Column("digest", BigInteger),  # of title and text as the feed has them
    Column("address", BigInteger),  # hash of `urls.link_key` of its link
    UniqueConstraint("feed_id", "key", name="entries_key"),
)
_index_where("state = 'waiting'", "entries_waiting", entries.c.site, entries.c.next_try_at)
_index_where("article_id IS NOT NULL", "entries_of_article", entries.c.article_id)
Index("entries_address", entries.c.feed_id, entries.c.address)
# The few that are still, or for good, without what a feed is counted by, and what came lately.
_index_where("state <> 'done'", "entries_not_done", entries.c.feed_id, entries.c.state, entries.c.article_id)
Index("entries_came", entries.c.feed_id, entries.c.first_seen_at)

# What several entries of a feed were seen to share: then it tells none of them from the others any more.
shared = Table(
    "shared",
    metadata,
    Column("feed_id", Id, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),  # guid | link | page (place and text, of one that stands before theirs)
    Column("value", Text, primary_key=True),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("first_at", BigInteger, nullable=False),  # of its articles' times
    Column("last_at", BigInteger, nullable=False),
    Column("articles", Integer, nullable=False),  # how many
)
Index("stories_last", stories.c.last_at)

# What a column of `articles` is, for the statements and objects made of them (`store.content`).
JSON_LIST = {"json_list": True}  # of texts; null for an empty one
NOT_EXPORTED = {"not_exported": True}  # what this database alone has use for

articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),  # first asked for, byte for byte
    Column("canonical_url", Text, nullable=False, unique=True),
    Column("site", Text, nullable=False),
    Column("feed", Text),  # the URL of the first subscription that listed it
    Column("body_from", Text, nullable=False),  # page | feed
    Column("title", Text),
    Column("authors", Text, info=JSON_LIST),
    Column("published_at", BigInteger),
    Column("modified_at", BigInteger),
    Column("fetched_at", BigInteger, nullable=False),
    # min(published_at, fetched_at): feeds send dates of the future
    Column("at", BigInteger, nullable=False, info=NOT_EXPORTED),
    Column("lang", Text),
    Column("lead", Text),
    Column("text", Text, nullable=False),
    Column("summary", Text),  # the feed's
    Column("image", Text),
    Column("tags", Text, info=JSON_LIST),
    Column("story_id", Id, ForeignKey("stories.id"), nullable=False),
    Column("copy_of", Id, ForeignKey("articles.id", ondelete="SET NULL")),  # the head, never another copy
    Column("word_count", Integer, nullable=False),
    Column("text_hash", BigInteger, nullable=False, info=NOT_EXPORTED),
    Column("is_article", Boolean, nullable=False),
    Column("paywalled", Text),
    Column("extractor_version", Integer, nullable=False, info=NOT_EXPORTED),
    Column("revisions", Integer, nullable=False, server_default="0", info=NOT_EXPORTED),  # how many earlier texts
    # since when the page answers 404 or 410, or leads to the front page
    Column("gone_at", BigInteger, info=NOT_EXPORTED),
)
Index("articles_at", articles.c.at)
# What a story is judged by whose reports are compared with a new one, without reading their rows.
Index("articles_of_story", articles.c.story_id, articles.c.at, articles.c.site, articles.c.copy_of)
Index("articles_text", articles.c.text_hash)
Index("articles_of_site", articles.c.site, articles.c.at)
# What a search narrows and orders by, so that it reads no row of `articles` before it knows which: they are a page of
# the database each. Read through the view `article_keys`, because SQLite would rather look ids up in the table.
Index(
    "articles_keys",
    *(articles.c.id, articles.c.at, articles.c.published_at, articles.c.story_id, articles.c.site, articles.c.lang),
)
_index_where("published_at <> at", "articles_dated_otherwise", articles.c.published_at, articles.c.at)
_index_where("feed IS NOT NULL", "articles_feed", articles.c.feed, articles.c.at)
_index_where("feed IS NOT NULL", "articles_fetched", articles.c.fetched_at)
_index_where("copy_of IS NOT NULL", "articles_copies", articles.c.copy_of)
_index_where("revisions > 0", "articles_revised", articles.c.at)
_index_where("gone_at IS NOT NULL", "articles_gone", articles.c.gone_at)
_index_where("paywalled IS NOT NULL", "articles_paywalled", articles.c.at)

# When the page of an article is fetched again, and what came of it. Articles from feeds' pages alone have a row.
refetches = Table(
    "refetches",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("site", Text, nullable=False),  # the politeness key of its page
    Column("next_at", BigInteger),  # null: not by plan
    Column("looked_at", BigInteger, nullable=False),  # when it was fetched last
    Column("same", Integer, nullable=False, server_default="0"),  # looks in a row that found nothing new
    Column("tries", Integer, nullable=False, server_default="0"),  # failures in a row
    Column("etag", Text),  # of the page, byte for byte as received
    Column("last_modified", Text),
    Column("validated_url", Text),  # where these came from, after redirects
    Column("note", Text),  # what was wrong at the last look, and why the text that there was stays
)
_index_where("next_at IS NOT NULL", "refetches_due", refetches.c.next_at, refetches.c.site)

# The sanitised HTML of a body, zstd. Only where it says more than the paragraphs of the text do.
bodies = Table(
    "bodies",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("html", LargeBinary, nullable=False),
)

# Pages as they were served, zstd, kept for a while so that a better extractor can read them again. An article has one:
# on PostgreSQL `save_article` sees to that.
raw_pages = Table(
    "raw_pages",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, nullable=False),  # where it came from, after redirects
    Column("content_type", Text),
    Column("fetched_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    info={"by_month": "fetched_at"},
)
Index("raw_pages_age", raw_pages.c.fetched_at)

# Pages that one worker fetched for another one to read, and the entries that they are of; gone once they are read.
arrived_pages = Table(
    "arrived_pages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("site", Text, nullable=False),  # the politeness key of the entries
    Column("entries", Text, nullable=False),  # JSON of their ids
    Column("answer", Text, nullable=False),  # JSON of model.Response, without its body
    Column("body", LargeBinary, nullable=False),  # zstd
    Column("arrived_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),  # to read it, that were cut off
)
Index("arrived_pages_of_site", arrived_pages.c.site, arrived_pages.c.id)

# What a command has the workers of a cluster do (`batches`), until it has told what came of it.
batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("asked", Text, nullable=False),  # what the command was given, as it was written
    Column("lock", Text, nullable=False),  # those of one lock are done by one process at a time, in the order of ids
    Column("todo", Text),  # JSON: numbers that say what is left, NULL when nothing is
    Column("articles", Integer, nullable=False),  # in it
    Column("done", Integer, nullable=False, server_default="0"),
    Column("report", Text, nullable=False, server_default="[]"),  # JSON: what there is to tell of them
    Column("error", Text),  # why the rest was given up
)
_index_where("todo IS NOT NULL", "batches_undone", batches.c.lock, batches.c.id)

# Earlier texts of articles whose page changed.
revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("fetched_at", BigInteger, nullable=False),  # of that text
    Column("replaced_at", BigInteger, nullable=False),
    Column("title", Text),
    Column("lead", Text),
    Column("text", Text, nullable=False),
)
Index("revisions_of_article", revisions.c.article_id)

# The near-copy index: hashes of a part of the n-grams (`stories.fingerprint`) of the articles of each week. The week
# comes first so that writes and look-ups stay in a small, hot part of the tree however large the archive is. No foreign
# key: it would need a second index as large as this one; `near_copies.remove` takes rows away by the fingerprint.
shingles = Table(
    "shingles",
    metadata,
    Column("week", Integer, primary_key=True, autoincrement=False),  # articles.at in weeks since 1970
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
# What decides whether two articles are copies, packed (`stories.Fingerprint`).
fingerprints = Table(
    "fingerprints",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("week", Integer, nullable=False),  # where its shingles stand
    Column("hashes", LargeBinary, nullable=False),  # of its n-grams; a quarter of them stands in `shingles`
    Column("marks", LargeBinary, nullable=False),  # hashes of its names and numbers
)

# In how many articles each term (`stories.fingerprint`, one language's words) occurs; one more term counts them all.
term_frequencies = Table(
    "term_frequencies",
    metadata,
    Column("term", Id, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),
)
# The stories that have reports of a day in which a term weighs much. Rows of stories that are gone lead nowhere.
story_terms = Table(
    "story_terms",
    metadata,
    Column("term", Id, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # articles.at in days since 1970
    Column("story_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
# What the reports of a story have in common, packed (`stories.Centroid`).
centroids = Table(
    "centroids",
    metadata,
    Column("story_id", Id, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False),  # of its newest report
    Column("body", LargeBinary, nullable=False),
)
Index("centroids_day", centroids.c.day)
# What a person has decided of stories: kept for good, and where a story went that was merged into another.
story_decisions = Table(
    "story_decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # "split" | "merge"
    Column("story_id", Id, nullable=False),  # that remained
    Column("other_id", Id, nullable=False),  # that was made of some of its articles, or went into it
    Column("articles", Text, nullable=False),  # ids of those that moved, a JSON list
)
Index("story_decisions_other", story_decisions.c.other_id)

# What is known of a site: who visits it, until when it asked to be left alone, and how fast it may be asked.
sites = Table(
    "sites",
    metadata,
    Column("site", Text, primary_key=True),
    Column("owner", Text),  # the lease: whose visit it is
    Column("lease_until", BigInteger),
    Column("quiet_until", BigInteger),  # Retry-After of the whole site
    Column("last_visit_at", BigInteger),
    Column("gap", Float),  # seconds between two requests, as it was at the last of them, at asked_at
    Column("latency", Float),  # seconds that an answer takes
    Column("slowed", Float),  # the gap that its 429, 403 and 503 have led to; wears off
    Column("asked_at", BigInteger),
    Column("next_request_at", Float),  # by the clock of PostgreSQL, where several machines may ask
)

# What extraction has learnt of a site's pages (`extraction.SiteMemory`, packed).
site_memories = Table(
    "site_memories",
    metadata,
    Column("site", Text, primary_key=True),
    Column("memory", LargeBinary, nullable=False),
    Column("learnt_at", BigInteger, nullable=False),
    Column("pages", Integer, nullable=False),  # how many it was learnt from
)

# robots.txt as each origin (scheme, host, port) answered. at: when it first gave this answer, if that is a failure
# (429, 5xx), else when it last did. tried_at: when it was last asked for, also where an earlier answer is kept.
robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("tried_at", BigInteger),
)

# Queries kept under a name. One with a channel is an alert: what of it is new is told to its target.
saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("query", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("channel", Text),  # webhook | mail | command
    Column("target", Text),  # its URL, address or command line
    Column("secret", Text),  # what a webhook is signed with
    Column("daily", Boolean, nullable=False, server_default=false()),
    Column("digested_at", BigInteger),  # when the last digest was made
    Column("delivered_at", BigInteger),  # when something arrived last
    Column("error", Text),  # why the last delivery failed; null once one arrived
)
# New articles that the alerts have not been compared with yet.
alert_queue = Table(
    "alert_queue",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)
# The stories that an alert has found, each once, by the article that matched.
story_matches = Table(
    "story_matches",
    metadata,
    Column("search_id", Id, ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("story_id", Id, ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("article_id", Id, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("delivery_id", Text),  # with which it is told, delivered or not; null: it waits for a digest
)
Index("story_matches_story", story_matches.c.story_id)
Index("story_matches_delivery", story_matches.c.search_id, story_matches.c.delivery_id)
# What is to be delivered; a row goes when it has arrived.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),  # random; the receiver knows a repetition by it
    Column("search_id", Id, ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_try_at", BigInteger),  # null: given up
)
Index("deliveries_of_search", deliveries.c.search_id)

# Who may read this archive: no row until a password is set, one since then.
accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),  # argon2
    Column("fever_hash", Text, nullable=False),  # argon2 of the key that Fever's clients send
    Column("changed_at", BigInteger, nullable=False),
)
# Secrets that programs send instead of a password: their SHA-256 alone, for they are random and long.
access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),  # all | out (feeds out alone)
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),  # to within an hour
)
# Logins that last: of browsers by their cookie, of feed readers by the secret that a protocol gives them.
sessions = Table(
    "sessions",
    metadata,
    Column("hash", Text, primary_key=True),  # SHA-256 of the secret
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
# What the reader did to articles; one that was neither read nor starred has no row.
article_marks = Table(
    "article_marks",
    metadata,
    Column("article_id", Id, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("read_at", BigInteger),  # null: unread
    Column("starred_at", BigInteger),  # null: not starred
    Column("changed_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),  # when a feed reader took it, read, out of its lists; null: it did not
)
_index_where("starred_at IS NOT NULL", "article_marks_starred", article_marks.c.article_id)
_index_where("removed_at IS NOT NULL", "article_marks_removed", article_marks.c.article_id)
Index("article_marks_changed", article_marks.c.changed_at)
# The names in `feeds.category` with a number that stays theirs; '' is the one of feeds without a category.
categories = Table(
    "categories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)
