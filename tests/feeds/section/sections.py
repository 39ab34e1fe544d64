"""Section pages as the systems of publishers make them, with the truth: the articles that a person would name.

Markup, classes and furniture follow real systems; names and news are made up.
"""

from collections.abc import Callable
from dataclasses import dataclass

NEWS = (
    ("Council votes to rebuild the old harbour bridge", "council-votes-to-rebuild-the-old-harbour-bridge"),
    ("Ferry strike enters its second week as talks stall", "ferry-strike-enters-second-week-talks-stall"),
    ("Why the winter wheat came early this year", "why-the-winter-wheat-came-early-this-year"),
    ("Opinion: our schools need teachers, not tablets", "opinion-schools-need-teachers-not-tablets"),
    ("Storm warning for the whole northern coast", "storm-warning-whole-northern-coast"),
    ("Museum opens after six years of repairs", "museum-opens-after-six-years-of-repairs"),
    ("Rovers win the derby with ten men", "rovers-win-derby-with-ten-men"),
    ("Bank lowers rates for the first time since spring", "bank-lowers-rates-first-time-since-spring"),
    ("The last lighthouse keeper tells her story", "the-last-lighthouse-keeper-tells-her-story"),
    ("Police find missing hikers near the glacier", "police-find-missing-hikers-near-glacier"),
)
GERMAN = (
    ("Stadtrat beschließt Neubau der Hafenbrücke", "stadtrat-beschliesst-neubau-der-hafenbruecke"),
    ("Fährstreik geht in die zweite Woche", "faehrstreik-geht-in-die-zweite-woche"),
    ("Warum der Winterweizen so früh kam", "warum-der-winterweizen-so-frueh-kam"),
    ("Sturmwarnung für die gesamte Nordküste", "sturmwarnung-fuer-die-gesamte-nordkueste"),
    ("Museum öffnet nach sechs Jahren wieder", "museum-oeffnet-nach-sechs-jahren-wieder"),
    ("Notenbank senkt erstmals seit Frühjahr die Zinsen", "notenbank-senkt-erstmals-seit-fruehjahr-die-zinsen"),
)
JAPANESE = (
    "港の古い橋の建て替えを市議会が可決",
    "フェリーのスト2週目に 交渉は難航",
    "北部沿岸に暴風警報 きょう夜まで",
    "6年ぶりに美術館が再開 初日に長い列",
    "春以来初めて中央銀行が利下げ決定",
    "氷河近くで行方不明の登山者を発見",
)
ARABIC = (
    "المجلس يصوت لإعادة بناء جسر الميناء القديم",
    "إضراب العبارات يدخل أسبوعه الثاني",
    "تحذير من عاصفة على الساحل الشمالي كله",
    "المتحف يفتح أبوابه بعد ست سنوات من الترميم",
    "البنك المركزي يخفض أسعار الفائدة للمرة الأولى",
)


@dataclass(frozen=True, slots=True)
class Section:
    """A page. `truth`: the URLs of its articles, with their titles, in order; `days`: their dates, if it has any."""

    name: str
    url: str
    html: str
    truth: tuple[tuple[str, str], ...]
    days: tuple[str, ...] = ()


def _menu(*names: str) -> str:
    return "".join(
        f'<li class="menu-item"><a href="/{name.lower().replace(" ", "-")}/">{name}</a></li>' for name in names
    )


def wordpress() -> Section:
    """A magazine theme: a card with picture, category, headline, author, time, excerpt and Read more."""
    origin, days = "https://harbourpost.example", [f"2026-03-{20 - n:02}" for n in range(8)]
    cards = "".join(
        f'<article id="post-{4000 - n}" class="post-{4000 - n} post type-post status-publish category-news">'
        f'<div class="post-thumbnail">'
        f'<a href="{origin}/{day.replace("-", "/")}/{slug}/" aria-hidden="true" tabindex="-1"><img '
        f'src="/wp/{n}.jpg" alt=""></a></div>'
        f'<header class="entry-header"><span class="cat-links"><a href="{origin}/category/news/" '
        f'rel="category tag">News</a></span>'
        f'<h2 class="entry-title"><a href="{origin}/{day.replace("-", "/")}/{slug}/" rel="bookmark">{title}</a></h2>'
        f'<div class="entry-meta"><span class="byline"><a class="url fn n" href="{origin}/author/ann-lee/">'
        f"Ann Lee</a></span>"
        f'<time class="entry-date published" datetime="{day}T08:0{n}:00+00:00">{day}</time> <a '
        f'href="{origin}/{day.replace("-", "/")}/{slug}/#comments">12 Comments</a>'
        f'</div></header><div class="entry-summary"><p>It was decided late on Tuesday, after a debate of nine '
        f"hours, that {title.lower()}.</p>"
        f'<a class="more-link" href="{origin}/{day.replace("-", "/")}/{slug}/">Read more <span>{title}</span>'
        f"</a></div></article>"
        for n, ((title, slug), day) in enumerate(zip(NEWS, days, strict=False))
    )
    html = (
        f'<!doctype html><html lang="en-GB"><head><title>News Archives - Harbour Post</title></head><body '
        f'class="archive category category-news">'
        f'<header id="masthead" class="site-header"><a href="{origin}/">Harbour Post</a><nav '
        f'class="main-navigation"><ul>{_menu("News", "Sport", "About us")}</ul></nav></header>'
        f'<div id="content"><main id="main" class="site-main"><h1 class="page-title">News</h1>{cards}'
        f'<nav class="navigation pagination"><a class="page-numbers" href="{origin}/category/news/page/2/">'
        f'2</a><a class="next page-numbers" href="{origin}/category/news/page/2/">Older posts</a></nav></main>'
        f'<aside id="secondary" class="widget-area"><section class="widget widget_recent_comments"><ul><li>'
        f'Bob on <a href="{origin}/2025/01/01/an-old-story-about-an-old-man/#comment-9">An old story about an '
        f"old man</a></li></ul></section>"
        f'<section class="widget widget_tag_cloud"><a href="{origin}/tag/harbour/">harbour</a> <a '
        f'href="{origin}/tag/ferry-strike-of-march/">ferry strike of march</a></section></aside></div>'
        f'<footer><a href="/privacy-policy/">Privacy policy of this newspaper and its partners</a><a '
        f'href="https://wordpress.org/">Proudly powered by WordPress</a></footer></body></html>'
    )
    truth = tuple(
        (f"{origin}/{day.replace('-', '/')}/{slug}/", title) for (title, slug), day in zip(NEWS, days, strict=False)
    )
    return Section("wordpress", f"{origin}/category/news/", html, truth, tuple(days))


def broadsheet() -> Section:
    """A front page of hashed classes: links over cards, kickers in headlines, the most read in the same markup."""
    origin = "https://www.daily.example"

    def card(title: str, slug: str, size: str) -> str:
        return (
            f'<li class="dcr-{size}"><div data-link-name="news | card-@1" class="dcr-abc {size}"><a '
            f'href="/world/2026/mar/20/{slug}" class="dcr-ov1" aria-label="{title}" data-link-name="news | '
            f'group-0"></a>'
            f'<div class="dcr-inner"><h3 class="dcr-head"><div class="dcr-kick">World</div><span '
            f'class="show-underline dcr-text">{title}</span></h3><div class="dcr-trail">A few words more of '
            f"what it is about and why it matters today</div>"
            f'<aside><time datetime="2026-03-20T10:00:00.000Z">2h ago</time><a '
            f'href="/world/2026/mar/20/{slug}#comments">214 comments</a></aside></div></div></li>'
        )

    cards = "".join(card(title, slug, "big" if n < 2 else "small") for n, (title, slug) in enumerate(NEWS[:7]))
    nav = "".join(
        f'<li><a href="/{name}" data-link-name="nav2 : {name}">{name.title()}</a></li>'
        for name in ("world", "uk", "football", "commentisfree", "lifeandstyle")
    )
    services = ("about", "help", "complaints-and-corrections", "terms-of-service")
    footer = "".join(f"<li><a href=/{name}>{name}</a></li>" for name in services)
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>News, sport and opinion | The Daily</title></head><body>'
        f'<div id="bannerandheader"><header><div role="navigation"><ul>{nav}</ul>'
        f'<a href="https://support.daily.example/subscribe?REFPVID=1">Support the Daily: fund independent '
        f"journalism</a></div></header></div>"
        f'<main data-layout="FrontLayout"><section id="headlines"><div class="dcr-title"><h2><a href="/world">'
        f'Headlines</a></h2></div><ul class="dcr-list">{cards}</ul></section></main>'
        f"<footer><ul>"
        f"{footer}"
        f"<"
        f"/ul></footer></body></html>"
    )
    truth = tuple((f"{origin}/world/2026/mar/20/{slug}", title) for title, slug in NEWS[:7])
    return Section("broadsheet", f"{origin}/international", html, truth, ("2026-03-20",) * 7)


def german() -> Section:
    """Article elements with the link around all, ids in the address, an offer of a subscription, foreign videos."""
    origin = "https://www.blatt.example"
    cards = "".join(
        f'<div data-area="block>topic"><article aria-label="{title}"><a '
        f'href="{origin}/politik/{slug}-a-{n}c5e7d0a-0002-0001-0000-00017{n}48200" title="{title}" '
        f'class="text-black block">'
        f'<span class="text-primary-base">Kommunalpolitik</span><h2><span class="align-middle">{title}</span>'
        f'</h2></a><section><a href="{origin}/politik/{slug}-a-{n}c5e7d0a-0002-0001-0000-00017{n}48200"><span>'
        f"Der Beschluss fiel nach neunstündiger Debatte in der Nacht. Die Kosten sind offen.</span></a>"
        f'<footer><a href="{origin}/impressum/autor-5a4c/">Eine Analyse von Anna Lehmann</a> <span>20. März '
        f"2026</span></footer></section></article></div>"
        for n, (title, slug) in enumerate(GERMAN)
    )
    html = (
        f'<!doctype html><html lang="de"><head><title>Politik - BLATT</title></head><body><header '
        f'data-area="header"><a href="/">BLATT</a><ul>{_menu("Politik", "Wirtschaft", "Kultur")}</ul></header>'
        f'<main id="Inhalt"><section data-area="article-teaser-list">{cards}</section><section><h2><a '
        f'href="https://abo.blatt.example/?b=SPOHNAVABO">Jetzt alle Artikel lesen mit Blatt plus für einen '
        f"Euro</a></h2></section>"
        f'<nav class="seiten" aria-label="Seiten"><a href="/politik/p2/">Ältere Artikel</a></nav></main>'
        f'<footer><a href="/impressum">Impressum</a><a href="/datenschutz">Datenschutz und '
        f"Nutzungsbedingungen im Überblick</a></footer></body></html>"
    )
    truth = tuple(
        (f"{origin}/politik/{slug}-a-{n}c5e7d0a-0002-0001-0000-00017{n}48200", title)
        for n, (title, slug) in enumerate(GERMAN)
    )
    return Section("german", f"{origin}/politik/", html, truth)


def japanese() -> Section:
    """Lists of short titles without spaces, numbers for addresses, dates as text."""
    origin = "https://news.hamabe.example"
    rows = "".join(
        (
            f'<li><a href="/news/html/20260320/k1001440{n}711000.html"><p class="title">{title}</p><span '
            f'class="time">3月20日 1{n}時05分</span></a></li>'
        )
        for n, title in enumerate(JAPANESE)
    )
    html = (
        '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>ニュース一覧 | 浜辺新聞</title></head><body>'
        '<div id="header"><div class="global-nav"><ul><li><a href="/news/">ニュース</a></li><li><a '
        'href="/sports/">スポーツ</a></li>'
        '<li><a href="/special/2026election-results-live/">選挙特集の一覧はこちらから見られます</a></li>'
        "</ul></div></div>"
        f'<div class="content--list"><ul class="list">{rows}</ul></div><div class="footer-links"><a '
        f'href="/privacy/">プライバシーポリシーについて</a>'
        f'<a href="/company/">会社概要と採用情報のご案内</a></div></body></html>'
    )
    truth = tuple((f"{origin}/news/html/20260320/k1001440{n}711000.html", title) for n, title in enumerate(JAPANESE))
    return Section("japanese", f"{origin}/news/", html, truth, ("2026-03-20",) * len(JAPANESE))


def arabic() -> Section:
    """Right to left, addresses in percent-encoding."""
    from urllib.parse import quote

    origin = "https://alsahil.example"
    links = [f"{origin}/news/2026/3/20/{quote(title.replace(' ', '-'))}" for title in ARABIC]
    rows = "".join(
        f'<article class="gc u-clickable-card"><div class="gc__content"><h3 class="gc__title"><a '
        f'class="u-clickable-card__link" href="{link}"><span>{title}</span></a></h3>'
        f'<div class="gc__excerpt"><p>تفاصيل الخبر كما وردت من مراسلنا في المدينة صباح اليوم الجمعة</p></div>'
        f"</div></article>"
        for link, title in zip(links, ARABIC, strict=True)
    )
    html = (
        f'<html lang="ar" dir="rtl"><head><title>أخبار</title></head><body><header class="site-header"><nav>'
        f'<a href="/">الرئيسية</a><a href="/sport">رياضة</a></nav></header><main>{rows}<button>المزيد</button>'
        f"</main>"
        '<div class="trending-bar"><a href="/where/iran">إيران</a><a href="/tag/x">كأس العالم لكرة القدم في '
        "الصيف المقبل</a></div></body></html>"
    )
    return Section(
        "arabic", f"{origin}/news/", html, tuple(zip(links, ARABIC, strict=True)), ("2026-03-20",) * len(ARABIC)
    )


def tables() -> Section:
    """A page of the nineties: tables, fonts, ids in the query, no classes at all."""
    origin = "http://www.oldtown-gazette.example"
    rows = "".join(
        (
            f"<tr><td width=20><img src=dot.gif></td><td><font face=Arial size=2><b><a "
            f'href="story.asp?id={3100 + n}">{title}</a></b><br>{20 - n}/03/2026 - They said so on Tuesday. '
            f'<a href="story.asp?id={3100 + n}">more</a></font></td></tr>'
        )
        for n, (title, _) in enumerate(NEWS[:6])
    )
    html = (
        "<HTML><HEAD><TITLE>Oldtown Gazette - Local news</TITLE></HEAD><BODY bgcolor=white><TABLE width=760>"
        "<TR><TD valign=top width=140>"
        "<a href=default.asp>Home</a><br><a href=sports.asp>Sports</a><br><a href=obits.asp>Obituaries</a>"
        "<br><a href=classifieds.asp>Classifieds</a><br><a href='weather.asp?zip=12345'>Weather</a></TD>"
        f"<TD valign=top><TABLE>{rows}</TABLE></TD></TR></TABLE><center><font size=1><a href=contact.asp>"
        f"Contact the editor of this newspaper</a> | <a href=advertise.asp>Advertise with us</a></font>"
        f"</center></BODY></HTML>"
    )
    truth = tuple((f"{origin}/story.asp?id={3100 + n}", title) for n, (title, _) in enumerate(NEWS[:6]))
    return Section("tables", f"{origin}/local.asp", html, truth)


def hugo() -> Section:
    """A blog made by a generator: an overlay link with an aria-label, short addresses, tags below."""
    origin = "https://ann.example"
    posts = (
        ("Notes on slow cooking", "slow-cooking"),
        ("Rust", "rust"),
        ("What I learned about keeping bees", "keeping-bees"),
        ("A year in review", "year-in-review"),
        ("Fixing my grandfather's clock", "clock"),
    )
    rows = "".join(
        f'<article class="post-entry"><header class="entry-header"><h2 class="entry-hint-parent">{title}</h2>'
        f'</header><div class="entry-content"><p>Some words that begin the text of the post and go on for a '
        f"while...</p></div>"
        f'<footer class="entry-footer"><span title="2026-02-{20 - n:02} 00:00:00 +0000 UTC">February '
        f'{20 - n}, 2026</span>&nbsp;·&nbsp;3 min</footer><a class="entry-link" aria-label="post link to '
        f'{title}" href="{origin}/posts/{slug}/"></a></article>'
        for n, (title, slug) in enumerate(posts)
    )
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>Posts | Ann</title></head><body class="list" id="top">'
        f'<header class="header"><nav class="nav"><div class="logo"><a href="{origin}/">Ann</a></div><ul '
        f'id="menu"><li><a href="{origin}/archives/"><span>Archive</span></a></li>'
        f'<li><a href="{origin}/tags/"><span>Tags</span></a></li></ul></nav></header><main class="main">'
        f'<header class="page-header"><h1>Posts</h1></header>{rows}<footer class="page-footer"><nav '
        f'class="pagination"><a class="next" href="{origin}/posts/page/2/">Next&nbsp;»</a></nav></footer>'
        f"</main>"
        '<footer class="footer"><span>Powered by <a href="https://gohugo.io/" rel="noopener noreferrer">'
        "Hugo</a></span></footer></body></html>"
    )
    return Section("hugo", f"{origin}/posts/", html, tuple((f"{origin}/posts/{slug}/", title) for title, slug in posts))


def jekyll() -> Section:
    """A plain list of dates and titles."""
    origin = "https://bob.example"
    rows = "".join(
        (
            f'<li><span class="post-meta">Mar {20 - n}, 2026</span><h3><a class="post-link" '
            f'href="/2026/03/{20 - n:02}/{slug}.html">{title}</a></h3></li>'
        )
        for n, (title, slug) in enumerate(NEWS[:6])
    )
    html = (
        '<!DOCTYPE html><html lang="en"><head><title>Bob writes</title></head><body><header '
        'class="site-header"><div class="wrapper"><a class="site-title" rel="author" href="/">Bob writes</a>'
        '<nav class="site-nav"><div class="trigger"><a class="page-link" href="/about/">About</a></div></nav>'
        "</div></header>"
        f'<main class="page-content"><div class="wrapper"><div class="home"><h2 class="post-list-heading">'
        f'Posts</h2><ul class="post-list">{rows}</ul><p class="rss-subscribe">subscribe <a href="/feed.xml">'
        f"via RSS</a></p></div></div></main>"
        '<footer class="site-footer"><ul class="social-media-list"><li><a href="https://github.com/bob">'
        '<span class="username">bob</span></a></li></ul></footer></body></html>'
    )
    return Section(
        "jekyll",
        f"{origin}/",
        html,
        tuple((f"{origin}/2026/03/{20 - n:02}/{slug}.html", title) for n, (title, slug) in enumerate(NEWS[:6])),
        tuple(f"2026-03-{20 - n:02}" for n in range(6)),
    )


def tracked() -> Section:
    """Broadcaster: cards without article elements, addresses without words, live and video pages."""
    origin = "https://www.channel.example"
    cards = "".join(
        f'<div data-testid="dundee-card" class="sc-93{n % 3}"><a '
        f'href="/news/articles/c{n}v8dkzq1l{n}o?at_campaign=home&amp;at_medium=slot{n}" '
        f'data-testid="internal-link" class="sc-8a623a54-0"><div class="sc-4e537b1"><img src="/i{n}.webp" '
        f'alt="A view of the place"></div>'
        f'<div data-testid="anchor-inner-wrapper"><h2 data-testid="card-headline" class="sc-87075214-3">'
        f'{title}</h2><p data-testid="card-description">They said that it would take until the end of the '
        f"year at least.</p>"
        f'<span data-testid="card-metadata-lastupdated">{n + 1} hrs ago</span><span '
        f'data-testid="card-metadata-tag">Europe</span></div></a></div>'
        for n, (title, _) in enumerate(NEWS[:9])
    )
    html = (
        '<html lang="en-GB"><head><title>Europe | Latest News</title></head><body><div id="__next"><header '
        'class="sc-head"><a href="/"><svg></svg></a><nav data-testid="level1-navigation-container"><ul><li>'
        '<a href="/news">News</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>'
        f'<main id="main-content"><article>{cards}</article></main><footer data-testid="footer"><a '
        f'href="/usingthechannel/terms/">Terms of Use</a><a '
        f'href="/usingthechannel/cookies/how-can-i-change-my-settings/">Do not share or sell my info at '
        f"all</a></footer></div></body></html>"
    )
    return Section(
        "broadcaster",
        f"{origin}/news/world/europe",
        html,
        tuple(
            (f"{origin}/news/articles/c{n}v8dkzq1l{n}o?at_campaign=home&at_medium=slot{n}", title)
            for n, (title, _) in enumerate(NEWS[:9])
        ),
    )


def substack() -> Section:
    """An archive of a newsletter: class names that say newsletter and subscribe everywhere."""
    origin = "https://letters.example"
    rows = "".join(
        f'<div class="pencraft post-preview portable-archive-post"><div class="post-preview-content"><div><a '
        f'href="{origin}/p/{slug}" class="pencraft post-preview-title newsletter" '
        f'data-testid="post-preview-title">{title}</a></div>'
        f'<div><a href="{origin}/p/{slug}" class="post-preview-description">What it means, and what comes '
        f'next</a></div><div class="pencraft meta"><time datetime="2026-03-{20 - n:02}T07:00:00.000Z">Mar '
        f'{20 - n}</time><a href="https://letters.example/@ann">Ann Lee</a></div>'
        f'<a href="{origin}/p/{slug}/comments" class="post-ufi-button">7</a></div></div>'
        for n, (title, slug) in enumerate(NEWS[:6])
    )
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>Archive - Letters</title></head><body><div id="entry">'
        f'<div class="main-menu"><a href="/archive">Archive</a><a href="/about">About</a></div><div '
        f'class="newsletter-archive subscribe-page"><h1>Letters</h1>{rows}</div>'
        f'<div class="footer"><a href="https://substack.example/privacy">Privacy</a><a '
        f'href="/subscribe?utm_source=footer">Subscribe to Letters by Ann Lee today</a></div></div></body>'
        f"</html>"
    )
    return Section(
        "newsletter",
        f"{origin}/archive",
        html,
        tuple((f"{origin}/p/{slug}", title) for title, slug in NEWS[:6]),
        tuple(f"2026-03-{20 - n:02}" for n in range(6)),
    )


def drupal() -> Section:
    """Press releases of an agency in rows, with PDFs and links to sections in the text."""
    origin = "https://www.agency.example"
    rows = "".join(
        f'<div class="views-row"><div class="views-field views-field-created"><span class="field-content">'
        f'<time datetime="2026-03-{20 - n:02}T12:00:00Z">{20 - n} March 2026</time></span></div><div '
        f'class="views-field views-field-title"><span class="field-content"><a href="/press-room/{slug}" '
        f'hreflang="en">{title}</a></span></div>'
        f'<div class="views-field views-field-field-topics"><a href="/topics/fisheries-and-the-sea" '
        f'hreflang="en">Fisheries and the sea</a></div><a class="file" href="/sites/default/files/{slug}.pdf">'
        f"Download the press release (PDF, 120 KB)</a></div>"
        for n, (title, slug) in enumerate(NEWS[:8])
    )
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>Press room | Agency</title></head><body '
        f'class="path-press-room"><div class="dialog-off-canvas-main-canvas"><header role="banner"><div '
        f'id="block-mainnavigation"><ul class="nav">{_menu("Topics", "Press room", "Contact")}</ul></div>'
        f"</header>"
        f'<main role="main"><div class="view view-press view-id-press"><div class="view-content">{rows}</div>'
        f'<nav class="pager"><ul><li><a href="?page=1" title="Go to page 2">2</a></li></ul></nav></div>'
        '<div class="block"><h2>Also of interest</h2><p>See <a href="/annual-report">the annual report of '
        'the agency</a> and <a href="https://europa.example/a-page-of-someone-else-2026">what others have '
        "published in 2026 about it</a>.</p></div></main>"
        '<footer role="contentinfo"><a href="/legal-notice">Legal notice</a></footer></div></body></html>'
    )
    return Section(
        "agency",
        f"{origin}/press-room",
        html,
        tuple((f"{origin}/press-room/{slug}", title) for title, slug in NEWS[:8]),
        tuple(f"2026-03-{20 - n:02}" for n in range(8)),
    )


def cards_without_headings() -> Section:
    """An application of its own: no headings, no articles, divs and spans; most read at the side."""
    origin = "https://app.example"
    rows = "".join(
        (
            f'<div class="story story--{n % 2}"><a class="story__link" '
            f'href="{origin}/national/{slug}-{880120 + n}"><div class="story__media"><img src="x{n}.jpg" '
            f'alt="{title}"></div><div class="story__title">{title}</div></a><a class="story__tag" '
            f'href="{origin}/national">National</a></div>'
        )
        for n, (title, slug) in enumerate(NEWS[:8])
    )
    side = "".join(
        f'<li><a href="{origin}/national/{slug}-{880120 + n}">{title}</a></li>'
        for n, (title, slug) in enumerate(NEWS[3:6], 3)
    )
    html = (
        f'<html lang="en"><head><base href="{origin}/national/"><title>National</title></head><body><div '
        f'class="topbar"><a href="{origin}/">App</a><a href="{origin}/e-paper">e-Paper</a><a '
        f'href="{origin}/live-tv-channel-online">Live TV channel online</a></div>'
        f'<div class="layout"><div class="layout__main">{rows}</div><div class="layout__side sidebar"><h4>'
        f'Most read</h4><ol>{side}</ol></div></div><div class="bottom footer"><a '
        f'href="{origin}/about-the-company-and-its-owners">About the company and its owners</a><a '
        f'href="{origin}/terms">Terms</a></div></body></html>'
    )
    return Section(
        "application",
        f"{origin}/national",
        html,
        tuple((f"{origin}/national/{slug}-{880120 + n}", title) for n, (title, slug) in enumerate(NEWS[:8])),
    )


MAKERS: tuple[Callable[[], Section], ...] = (
    wordpress,
    broadsheet,
    german,
    japanese,
    arabic,
    tables,
    hugo,
    jekyll,
    tracked,
    substack,
    drupal,
    cards_without_headings,
)
SECTIONS = tuple(make() for make in MAKERS)
