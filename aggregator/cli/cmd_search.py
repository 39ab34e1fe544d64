"""`aggregator search`: articles that match a query."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import bars, global_options, output
from aggregator.cli.shared_options import (
    AsJson,
    Feed,
    Format,
    Lang,
    ListFormat,
    Since,
    Site,
    Until,
    chosen,
    since_time,
    until_time,
)
from aggregator.errors import UsageError

if TYPE_CHECKING:
    from aggregator.archive.search import Hit, Results, Search
    from aggregator.model import Json
    from aggregator.store.engine import Store


class Sort(StrEnum):
    """Names the orders of hits."""

    RELEVANCE = "relevance"
    DATE = "date"


def search(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY…", help="What is asked, as described above.")],
    since: Since = None,
    until: Until = None,
    feed: Feed = None,
    site: Site = None,
    lang: Lang = None,
    sort: Annotated[Sort, typer.Option(help="What comes first.")] = Sort.RELEVANCE,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many.")] = 20,
    offset: Annotated[int, typer.Option(metavar="N", min=0, help="Leave out so many first.")] = 0,
    stories: Annotated[bool, typer.Option("--stories", help="One hit a story, as the table always shows.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Rank and count all matches, not the newest 10,000.")] = False,
    histogram: Annotated[bool, typer.Option("--histogram", help="Count the matches by day, month or year.")] = False,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the query too; saved:NAME asks it again.")
    ] = None,
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """Search the archive: title, lead and text of every article.

    \b
    aggregator search coral ferry                     both words
    aggregator search 'ferry OR tram' -football       either word, and not a third
    aggregator search '"harbour council"'             a phrase: the words side by side
    aggregator search '="ferries"'                    these words alone, not others of their stem
    aggregator search 'title:election' 'reg*'         in the title; the beginning of a word
    aggregator search 'author:roe published:today'    fields, see below
    aggregator search ferry --histogram --since 30d   how many on each day
    aggregator search 'revised:true -gone:true' --since 3d --sort date --format jsonl
    aggregator search --save ferries 'ferry OR tram'  keeps the query, in place of the one of that name
    aggregator search saved:ferries -football         asks it again, with more

    Words are found in any case, without accents and by their stem (run finds running); ="running" is exact. All
    must match; AND binds tighter than OR; -word, !word and NOT word exclude; parentheses group. Fields: title lead
    text author site feed lang tag story published before after is revised gone saved; states: is:copy is:gone
    is:paywalled is:revised is:read is:unread is:starred. Times: today, yesterday, 7d, 2026-11,
    2026-11-28, >=2026, [2026-01-01 TO 2026-03-31].
    There are no other wildcards than a star at a word's end. More in docs/searching.md.
    """
    from aggregator.archive.search import Search, of_one_story
    from aggregator.archive.search import search as find

    now, options = datetime.now(UTC), global_options.of(ctx)
    form = chosen(ctx, form, json)
    text = " ".join(query)
    asked = Search(
        query=text,
        since=since_time(since, now),
        until=until_time(until, now),
        feed=feed,
        site=site,
        lang=lang,
        sort=sort.value,
        limit=limit,
        offset=offset,
        stories=stories or (not of_one_story(text) and form is Format.TABLE),
        exact=exact,
    )
    narrowed = {"--since": since, "--until": until, "--feed": feed, "--site": site, "--lang": lang}
    with options.existing_store() as store:
        if save is not None:
            _save(options, store, save, text, narrowed)
        if histogram:
            _print_histogram(store, asked, form)
            return
        found = find(store, asked)
    said = " ".join([text, *(f"{name} {value}" for name, value in narrowed.items() if value)])
    _print(found, form, said, offset, folded=stories)
    if not options.quiet:
        _print_remarks(found, form, said, offset)


def _save(
    options: global_options.Globals, store: "Store", name: str, query: str, narrowed: dict[str, str | None]
) -> None:
    """Keeps the query. Raises UsageError for what would narrow it today and be forgotten tomorrow."""
    from aggregator.alerts import manage

    for option, value in narrowed.items():
        if value:
            field = {"--since": "published:>=", "--until": "published:<="}.get(option, f"{option.lstrip('-')}:")
            raise UsageError(f"--save keeps the query alone; instead of {option} write {field}{value} in it")
    replaced = manage.save(store, name, query)
    if not options.quiet:
        how = "in place of the one before" if replaced else f"`aggregator search saved:{name}` asks it again"
        print(f"aggregator: saved as {name}; {how}", file=sys.stderr)


def _print(found: "Results", form: Format, said: str, offset: int, *, folded: bool) -> None:
    if form is Format.TABLE:
        _print_hits(found, said, offset)
    elif form is Format.TEXT:
        from aggregator.archive.brief import brief_hits

        for line in brief_hits(found.hits):
            print(line)
    else:
        output.objects((_as_json(hit, folded=folded) for hit in found.hits), form)


def _print_histogram(store: "Store", asked: "Search", form: Format) -> None:
    from aggregator.archive.histogram import histogram

    found = histogram(store, asked)
    if form is not Format.TABLE:
        output.objects(({found.unit: one.start.isoformat(), "articles": one.articles} for one in found.bins), form)
        return
    most = max((one.articles for one in found.bins), default=0)
    digits, pattern = len(str(most)), {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[found.unit]
    width = max(10, output.console().width - len(pattern) - digits - 6)
    for one in found.bins:
        drawn = "  " + bars.bar(one.articles, most, width) if bars.wanted() else ""
        print(f"{one.start:{pattern}}  {one.articles:{digits}}{drawn}")
    print(f"{output.count(sum(one.articles for one in found.bins), 'article')}, by {found.unit} (UTC)")


def _print_remarks(found: "Results", form: Format, said: str, offset: int) -> None:
    """Says what a person should know beside the answer; the table itself says whether it is the whole."""
    remarks = [f"{term!r} holds neither letters nor digits: no article is found by it" for term in found.wordless]
    for line in remarks if form is Format.TABLE else remarks + _shown(found, said, offset):
        print(f"aggregator: {output.cell(line)}", file=sys.stderr)


def _shown(found: "Results", said: str, offset: int) -> list[str]:
    """Returns what is to be said of an answer that is empty or not the whole; nothing of one that is."""
    if found.total == 0:
        return _nothing(found, said)
    if not found.hits:
        return [f"--offset {offset} leaves out all of the {_total(found)} found"]
    shown = f"{len(found.hits)} of {_total(found)} shown; --limit and --offset give others"
    return [shown] if len(found.hits) < found.total else []


def _total(found: "Results") -> str:
    """Writes how many were found; where more match than were counted, with what counts them."""
    return str(found.total) if found.total_is_exact else f"{found.total}+ (of the newest matches; --exact: of all)"


def _nothing(found: "Results", said: str) -> list[str]:
    """Returns what was searched where nothing was found, and what could be asked instead."""
    if not found.archived:
        return ["nothing found: the archive holds no articles yet; `aggregator fetch` brings them"]
    from aggregator.text import shortened

    said = shortened(said, 300)
    lines = [f"nothing found in title, lead and text of {found.archived} articles by: {said}"]
    words = said.partition(" --")[0].split()
    wanted = [word for word in words if word.isalnum() and word not in ("AND", "OR", "NOT")]
    if {"and", "or", "not"}.intersection(words):
        lines.append("operators are written in capitals: AND, OR, NOT")
    elif wanted:
        begun = " ".join(f"{word}*" for word in wanted)
        any_of = f"; any of the words: {' OR '.join(wanted)}" if len(wanted) > 1 else ""
        lines.append(f"longer words too: {begun}{any_of}")
    return lines


def _print_hits(found: "Results", said: str, offset: int) -> None:
    if not found.hits:
        for line in _shown(found, said, offset):
            print(output.cell(line))
        return
    columns = [
        output.Column("id", right=True),
        output.Column("published (UTC)"),
        output.Column("site", most=22),
        output.Column("title and text", flexible=7),
        output.Column("more", right=True),
    ]
    rows = [
        (
            hit.article.id,
            f"{hit.article.published_at or hit.article.fetched_at:%Y-%m-%d %H:%M}",
            hit.article.site,
            _marked(f"{output.cell(hit.article.title or hit.article.url)}\n{hit.snippet}", hit, found),
            f"+{hit.others}" if hit.others else "",
        )
        for hit in found.hits
    ]
    output.table(columns, rows)
    whole = len(found.hits) == found.total and found.total_is_exact
    more = f"{found.total} found" if whole else f"{len(found.hits)} of {_total(found)} shown"
    print(f"{more}; `aggregator show ID` prints an article")


def _marked(shown: str, hit: "Hit", found: "Results") -> output.Cell:
    """Returns a cell in which the words that match are coloured, as they are spelt there."""
    from aggregator.archive.snippets import marker

    return output.Cell(shown, marked=marker(shown, found.words, hit.article.lang))


def _as_json(hit: "Hit", *, folded: bool) -> "Json":
    """Returns the object of a hit; the number of others says something only where stories are folded."""
    return {name: value for name, value in hit.to_dict().items() if folded or name != "others"}
