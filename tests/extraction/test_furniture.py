"""What stands among the paragraphs and is none: offers, forms, comments, dates, advertisements, contents."""

import pytest

import aggregator
from aggregator.dom import parse
from aggregator.extraction.body.blocks import walk
from aggregator.extraction.body.classify import judge
from aggregator.extraction.body.date_lines import is_byline, is_date
from aggregator.extraction.body.features import StatedFacts
from aggregator.extraction.body.raised import raised
from aggregator.extraction.body.set_phrases import (
    addresses_reader,
    counts_comments,
    is_ad_label,
    points_elsewhere,
)
from aggregator.extraction.metadata.collect import metadata
from aggregator.extraction.pipeline import article

PARAGRAPHS = [
    "The council of Westfield decided on Tuesday that the footbridge over the mill race is to be replaced by spring.",
    "Engineers had found in March that two of its four beams were rotten, and closed it to everything but bicycles.",
    "A new bridge of larch will cost ninety thousand pounds, a third of it from the county, said the clerk Ada Moss.",
    "Until it opens, the bakery on the far side delivers by boat, which has doubled the number of its customers.",
]
TITLE = "Footbridge at the mill to be replaced"


def page(*blocks: str, after: str = "") -> str:
    body = "".join(block if block.startswith("<") else f"<p>{block}</p>" for block in blocks)
    return f"<title>{TITLE}</title><main><article><h1>{TITLE}</h1><div class=text>{body}</div></article>{after}</main>"


def text_with(furniture: str) -> str:
    return article(page(*PARAGRAPHS[:2], furniture, *PARAGRAPHS[2:])).text


@pytest.mark.parametrize(
    "furniture",
    [
        "<p>Sign up to our newsletter to get the news of the valley every morning, and miss nothing.</p>",
        "<p>Abonnieren Sie unseren Newsletter und erhalten Sie jeden Morgen die Nachrichten aus dem Tal.</p>",
        "<p>Abonnez-vous à notre lettre et recevez chaque matin les nouvelles de la vallée, sans frais.</p>",
        "<p>Suscríbete a nuestro boletín y recibe cada mañana en tu correo las noticias del valle.</p>",
        "<p>Want the Courier delivered? Be first with the news from the valley, before everyone else.</p>",
        "<p><em>Follow the Courier on Google News, to see all that we write about the valley.</em></p>",
        "<p>When you purchase through links on our site, we may earn a commission, which costs you nothing at all.</p>",
        "<p>Get in touch with our news team by emailing us at desk@courier.example. We read all that you send us.</p>",
        "<p>For more stories like this, <a href=/news>check our news page</a>, where there is more.</p>",
        "<div class=paywall-offer><h3>Jetzt weiterlesen mit C+</h3><p>Testen Sie C+ vier Wochen lang für 1 Euro, und "
        "lesen Sie alles. Danach 9,90.</p><p>Sie sind bereits Abonnent? <a href=/login>Hier anmelden</a></p></div>",
        "<div class=box><p>News of the valley, every morning, for everyone who lives there.</p><form><input type=email>"
        "<button>Go</button><p>Your email address stays with us, and we send nothing else.</p></form></div>",
        "<aside class=ad><span>Advertisement</span><p>Spring sale: sofas from the factory, delivered now.</p></aside>",
        "<div class=ad><div>Anzeige</div><p>Frühlingsfest der Möbel: Sofas ab Werk, sofort geliefert.</p></div>",
        "<p><strong>MORE: </strong><a href=/m>Man finds his own bicycle for sale at an auction of the police</a></p>",
        "<div><h3>Stay in touch</h3><p>Get the best of the Courier in your inbox every Friday.</p></div>",
        "<div><h3>Bleiben Sie auf dem Laufenden</h3><p>Was im Tal geschah, jeden Freitag um sechs.</p></div>",
        "<div><h3>Mantente informado</h3><p>Lo mejor de El Correo, cada viernes en tu buzón.</p></div>",
        "<div><h4>Letters from the valley</h4><p>Sign up to our newsletter, it costs nothing.</p></div>",
        "<div><p>Allow TikTok content?</p><p>This article contains content provided by TikTok. We ask for your "
        "permission before anything is loaded, as they may be using cookies.</p></div>",
        "<div><h3>Empfohlener externer Inhalt</h3><p>An dieser Stelle finden Sie einen Inhalt von X, der den Artikel "
        "ergänzt.</p><p>Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.</p></div>",
        "<div>Weather Westfield 14°C light rain</div>",
        "<p>Receba as notícias do vale todo dia. Inscreva-se na nossa newsletter, é de graça.</p>",
        "<p>Siga o Correio no Instagram, para ver tudo o que escrevemos sobre o vale.</p>",
        "<p>Mit der Anmeldung stimmen Sie unseren Bedingungen zu. Abmelden können Sie sich jederzeit.</p>",
        "<p>Il vous reste 78.4% de cet article à lire. La suite est réservée aux abonnés.</p>",
        "<p>Como suscriptor, tienes diez artículos para regalar cada mes. Cualquiera puede leerlos.</p>",
        "<p>A version of this article appears in print on May 4, 2024, Section A, Page 3 of the Westfield edition.</p>",
        "<p>Dieser Artikel erschien in der gedruckten Ausgabe vom 4. Mai, auf der Seite für das Tal.</p>",
        "<p>Читайте также: <a href=/m>Человек нашёл свой велосипед на аукционе</a></p>",
        "<p><a href=/m>Lees ook: Man vindt zijn eigen fiets terug op een veiling van de politie in de stad</a></p>",
    ],
)
def test_what_the_page_asks_of_its_reader_is_no_text(furniture: str) -> None:
    assert text_with(furniture) == "\n\n".join(PARAGRAPHS)


STATES = (("NY", "New York"), ("PR", "Puerto Rico"), ("OH", "Ohio"), ("TX", "Texas"))
APPEAL = (
    "<p>At the Courier, we believe that everyone in the valley should be able to read what the council decides.</p>"
    "<p>Our two reporters sit through every meeting, so that you need not, and write down what was said in it.</p>"
    "<p>Help keep news free for everyone in the valley. Your contribution of as little as 1 pound goes a long way.</p>"
)


@pytest.mark.parametrize("kind", ['class="message hidden"', "style='display: none'", "hidden"])
def test_an_appeal_that_a_script_may_show_is_no_text(kind: str) -> None:
    assert text_with(f"<div class=box><div {kind}>{APPEAL}</div></div>") == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Know something of the old bridge, and you know something of the valley.",
        "We independently counted the boats that passed, and came to sixty.",
        "Advertisement revenue of the Courier fell by a third in that year.",
        "Getting the bread into the inbox of the ferry took the baker a week.",
        "Some of the links between the two mills are older than the church.",
        "Enter your email, tick the box of the county, and press the green button.",
        "Assine o nome do barqueiro no livro, pediu a padeira aos vizinhos.",
        "Profitez de la crue, disait le meunier, pour compter les poissons.",
        "Unterstützen Sie den Steg, bat der Bäcker, und lachte dabei.",
    ],
)
def test_sentences_that_begin_as_requests_do_are_text(paragraph: str) -> None:
    assert paragraph in text_with(f"<p>{paragraph}</p>")


@pytest.mark.parametrize(
    "request_",
    [
        "<p>Know something of the bridge? <a href=/t>Tell the Courier what you know of it</a></p>",
        "<p>Get in touch with our reporters at desk@courier.example, whatever it is.</p>",
        "<p>Clique aqui para receber <a href=/n>as notícias do vale no seu telefone</a></p>",
        "<div class=newsletter-promo><p>Assine o nosso boletim, que chega todas as manhãs.</p></div>",
    ],
)
def test_requests_with_a_link_an_address_or_in_an_offer_are_no_text(request_: str) -> None:
    assert text_with(request_) == "\n\n".join(PARAGRAPHS)


def test_a_cell_is_no_label_of_an_advertisement() -> None:
    rows = "".join(f"<tr><td>{code}</td><td>{name} has a footbridge</td></tr>" for code, name in STATES)
    assert "PR" in text_with(f"<table>{rows}</table>")


def test_what_waits_for_a_subscription_is_text() -> None:
    asking = "<p>Get in touch with the clerk if you crossed the bridge on the morning of the fourth of March.</p>"
    rest = "".join(f"<p>{one}</p>" for one in PARAGRAPHS[2:])
    found = article(page(*PARAGRAPHS[:2], f'<div class="subscriber-only hide">{rest}{asking}</div>'))
    assert PARAGRAPHS[2] in found.text
    assert PARAGRAPHS[3] in found.text


@pytest.mark.parametrize(
    "picture",
    [
        "<div class=image-ct><div class=m><img src=/a.jpg></div><div class=caption><p>{}</p></div></div>",
        "<div class=wp-caption><img src=/a.jpg><p class=wp-caption-text>{}</p></div>",
        "<section class=media><picture><source srcset='/a.jpg 800w'></picture><p class=mediaCaption>{}</p></section>",
    ],
)
@pytest.mark.parametrize(
    "caption",
    [
        "The footbridge over the mill race, which was closed in March. (Ada Moss / The Courier)",
        "Die Brücke über den Mühlgraben, die seit dem März gesperrt ist, im Mai dieses Jahres.",
    ],
)
def test_captions_outside_of_figures_are_no_text(picture: str, caption: str) -> None:
    assert text_with(picture.format(caption)) == "\n\n".join(PARAGRAPHS)


def test_captions_of_a_gallery_are_its_text() -> None:
    shown = "".join(
        f"<li><img src=/{n}.jpg><div class=caption><p>{one}</p></div></li>" for n, one in enumerate(PARAGRAPHS)
    )
    text = article(page("Four pictures of the footbridge, and what they show.", f"<ul>{shown}</ul>")).text
    assert all(one in text for one in PARAGRAPHS)


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("View this post on Instagram", "A post shared by The Courier (@courier)"),
        ("Sieh dir diesen Beitrag auf Instagram an", "Ein Beitrag geteilt von Der Bote (@bote)"),
        ("Ver esta publicación en Instagram", "Una publicación compartida por El Correo (@correo)"),
        ("Voir cette publication sur Instagram", "Une publication partagée par Le Courrier (@courrier)"),
        ("この投稿をInstagramで見る", "A post shared by 新聞 (@courier)"),
    ],
)
def test_what_stands_in_place_of_a_post_is_no_text(above: str, below: str) -> None:
    post = f"<a href=/p><div><div>{above}</div></div></a><p><a href=/p>{below}</a></p>"
    text = text_with(f"<blockquote class=instagram-media>{post}</blockquote>")
    assert text == "\n\n".join(PARAGRAPHS)


def test_the_title_is_no_standfirst() -> None:
    tree = parse(page(*PARAGRAPHS))
    facts, blocks = StatedFacts.of(metadata(tree, None)), walk(tree)
    scores = [0.1, 0.9, 0.9, 0.9, 0.9]
    found = judge(blocks, facts, scores, leads=[0.8, 0.6, 0.0, 0.0, 0.0])
    assert [(one.lead, one.kept) for one in found[:3]] == [(False, False), (True, False), (False, True)]


def test_dates_and_bylines_alone_are_no_text() -> None:
    top = ["<h2>Thursday, February 09, 2023</h2>", "<p class=meta>von Gesa Lorch | 8. September 2024</p>"]
    head = '<meta name="author" content="Gesa Lorch">'
    assert article(head + page(*top, *PARAGRAPHS)).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Moss, Senior Correspondent for the Valley, and others in Westfield",
        "di Ada Moss, inviata nella valle",
        "Автор: Ada Moss, специальный корреспондент газеты",
        "Σάββατο, 4 Μαΐου 2024",
        "2024. május 4., szombat 10:30",
        "Updated: शनिवार, 4 मई 2024 (10:30 IST)",
        "Thứ bảy, 4/5/2024, 10:30 (GMT+7)",
    ],
)
def test_dates_of_any_language_and_bylines_with_roles_are_no_text(line: str) -> None:
    found = article(page(f"<div class=byline>{line}</div>", *PARAGRAPHS, after="<a rel=author href=/a>Ada Moss</a>"))
    assert found.text.split("\n\n") == PARAGRAPHS


def test_who_the_author_is_is_no_text() -> None:
    bio = "<div class=author-bio><p><b>Ada Moss</b> came to the Courier in 2009 and covers the valley.</p></div>"
    found = article(page("<p class=byline>By Ada Moss</p>", *PARAGRAPHS, bio))
    assert found.authors == ("Ada Moss",)
    assert found.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote class=c-quote--pull><p>“two of its four beams were rotten”</p></blockquote>",
        "<figure class=zitat><p>closed it to everything but bicycles.</p></figure>",
        "<aside><p>A new bridge of larch will cost ninety thousand pounds</p></aside>",
    ],
)
def test_a_line_of_the_text_shown_large_beside_it_is_there_once(quote: str) -> None:
    assert text_with(quote) == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize("line", ["360° photography of the mill", "The weather was 14°C that day, and it rained."])
def test_degrees_in_the_text_are_no_weather_box(line: str) -> None:
    assert line in text_with(f"<p>{line}</p>")


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ('See <a href="/x">it<span class="visually-hidden"> (opens in a new tab)</span></a>.', "See it."),
        ('<span aria-hidden="true"><b>T</b>he</span><span class="sr-only">The</span> mill.', "The mill."),
        ('It costs 3 <span style="display:none">USD</span><span hidden>EUR</span>pounds.', "It costs 3 pounds."),
        ('It <span class="a screen-reader-text" id="x">slowly</span>ends.', "It ends."),
    ],
)
def test_words_within_a_line_that_nobody_sees_are_no_text(markup: str, seen: str) -> None:
    assert article(page(f"<p>{PARAGRAPHS[0]} {markup}</p>", *PARAGRAPHS[1:])).text.startswith(
        f"{PARAGRAPHS[0]} {seen}\n"
    )


def test_the_rest_of_a_text_that_waits_for_a_click_is_text() -> None:
    rest = "and everyone who had stood at the rail since noon went home by the long way round."
    assert rest in text_with(f'<p>The bell rang, <span id="more" style="display:none">{rest}</span></p>')


def test_a_quote_that_is_said_nowhere_else_is_text() -> None:
    said = "Nobody at the mill had ever seen the race so high as in that winter."
    assert said in text_with(f"<blockquote><p>{said}</p></blockquote>")


def test_dates_in_a_table_are_data() -> None:
    rows = "".join(
        f"<tr><td>{day} May 2023</td><td>{day} boats left the harbour that day</td></tr>" for day in range(1, 9)
    )
    assert "3 May 2023" in text_with(f"<table>{rows}</table>")


def _comment(name: str, text: str, label: str) -> str:
    return f"<div class=op><b>{name}</b> <small>23/04/2024</small><div>{text}</div><a href=#r>{label}</a></div>"


LONG = (
    "I remember crossing it with my father on frosty mornings, and how he told me not to look down between the boards. "
)


@pytest.mark.parametrize("label", ["Reply", "Antworten", "返信", "Répondre"])
@pytest.mark.parametrize("heading", ["<h3>4 opinions</h3>", "<h3>Comments</h3>", ""])
def test_comments_that_outweigh_a_short_article_are_no_text(label: str, heading: str) -> None:
    said = "".join(_comment(f"user{n}", f"{n}: {LONG * 2}", label) for n in range(4))
    found = article(page(*PARAGRAPHS[:2], after=f"<div id=said>{heading}{said}</div>"))
    assert found.text == "\n\n".join(PARAGRAPHS[:2])
    assert found.is_article


def test_comments_under_a_heading_with_their_number_are_no_text() -> None:
    said = "".join(f"<div class=op><b>user{n}</b><div>{n}: {LONG * 2}</div></div>" for n in range(3))
    found = article(page(*PARAGRAPHS[:2], after=f"<div id=said><h3>3 Kommentare</h3>{said}</div>"))
    assert found.text == "\n\n".join(PARAGRAPHS[:2])


def test_a_wrapper_around_every_paragraph_makes_no_list_of_cards() -> None:
    plain, wrapped = page(*PARAGRAPHS), page(*(f"<div><div>{one}</div></div>" for one in PARAGRAPHS))
    assert article(wrapped).text == article(plain).text
    assert article(wrapped).is_article


def test_tables_of_contents_and_links_to_edit_are_no_text() -> None:
    heads = [f'<h2>{name}<span>[<a href="/e">edit</a>]</span></h2>' for name in ("The beams", "Larch")]
    contents = "<div class=toc><h2>Contents</h2><ul><li><a href=#1>The beams</a><li><a href=#2>Larch</a></ul></div>"
    found = article(page(PARAGRAPHS[0], contents, heads[0], *PARAGRAPHS[1:3], heads[1], PARAGRAPHS[3]))
    assert found.text == "\n\n".join([PARAGRAPHS[0], "The beams", *PARAGRAPHS[1:3], "Larch", PARAGRAPHS[3]])
    assert "edit" not in found.markdown


def test_readings_of_ruby_go_and_its_base_stays() -> None:
    line = (
        "<ruby>北浜<rp>(</rp><rt>きたはま</rt><rp>)</rp></ruby>の<ruby>倉庫<rt>そうこ</rt></ruby>"
        "は八十年前に建てられ、長い間使われていませんでした。"
    )
    found = article(page(*[line + f"市は{n}年の計画を発表しました。港の人たちは喜んでいます。" for n in range(4)]))
    assert found.text.startswith("北浜の倉庫は八十年前に建てられ、")
    assert "そうこ" not in found.text + found.markdown


@pytest.mark.parametrize(
    ("text", "tag", "written"),
    [
        ("2", "sup", "²"),
        ("-3", "sup", "⁻³"),
        ("n+1", "sup", "ⁿ⁺¹"),
        ("2", "sub", "₂"),
        ("i", "sub", "ᵢ"),
        ("er", "sup", "er"),
        ("th", "sup", "th"),
        ("[1]", "sup", "[1]"),
        ("1,2", "sup", "¹,²"),
        ("2/3", "sup", "^(2/3)"),
        ("", "sup", ""),
        ("TM", "sup", "TM"),
    ],
)
def test_raised_text_is_marked(text: str, tag: str, written: str) -> None:
    assert raised(text, tag) == written


def test_a_power_is_no_number() -> None:
    found = article(
        page(
            *PARAGRAPHS,
            "It carries 10<sup>2</sup> people, or 40 tons of CO<sub>2</sub> a year, as the 1<sup>er</sup> of its kind.",
        )
    )
    assert "10² people, or 40 tons of CO₂ a year, as the 1er of" in found.text
    assert "10² people, or 40 tons of CO₂ a year, as the 1er of" in found.markdown
    assert "10<sup>2</sup>" in found.html


def test_a_shadow_root_is_part_of_the_page() -> None:
    body = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    shadow = f'<news-text><template shadowrootmode="open"><style>p{{}}</style><div>{body}</div></template></news-text>'
    other = "<template><p>A template that a script may show one day is not seen until then.</p></template>"
    found = aggregator.extract(f"<title>{TITLE}</title><main><h1>{TITLE}</h1>{shadow}{other}</main>")
    assert (found.text, found.is_article) == ("\n\n".join(PARAGRAPHS), True)


@pytest.mark.parametrize(
    "picture",
    [
        "<picture><source srcset='/a.jpg 800w, /b.jpg 1600w'></picture>",
        "<div class=lazy data-src='/b.jpg'></div>",
        "<div style=\"background-image: url('/b.jpg')\"></div>",
        "<amp-anim src='/b.jpg' width=600 height=400></amp-anim>",
        "<noscript><img src='/b.jpg' width=600 height=400></noscript>",
    ],
)
def test_pictures_of_any_markup_are_found(picture: str) -> None:
    found = article(page(*PARAGRAPHS[:2], f"<figure>{picture}</figure>", *PARAGRAPHS[2:]), "https://a.example/1")
    assert [image.url for image in found.images] == ["https://a.example/b.jpg"]


@pytest.mark.parametrize(
    "line",
    [
        "Read also: Orrel harbour to get new crane",
        "À lire aussi : La criée change d'horaires",
        "【関連】古い灯台に新しい光",
        "اقرأ أيضا: الميناء القديم",
        "اقرأ أيضًا: الميناء القديم",
        "Te puede interesar: El faro",
        "Читайте также: Маяк",
        "相关阅读：旧灯塔",
        "[관련기사] 오래된 등대",
        "Leggi anche: Il faro",
        "Czytaj także: Latarnia",
        "▶ Lesen Sie auch: Der Turm",
    ],
)
def test_pointers(line: str) -> None:
    assert points_elsewhere(line)


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("¿Ya eres suscriptor? Inicia sesión", True),
        ("Sei già abbonato? Accedi", True),
        ("Déjà abonné ? Connectez-vous", True),
        ("Уже подписчик? Войти", True),
        ("このつづきは有料です。ログインして読む", True),
        ("关注我们的微信公众号", True),
        ("카카오톡 채널을 추가하세요", True),
        ("اشترك في نشرتنا البريدية", True),
        ("Kun for abonnenter", True),
        ("The club followed us home, the players said.", False),
        ("Subscribers fell by a third.", False),
        ("انضم اللاعب إلى الفريق أمس", False),
        ("Der Newsletter der Stadt erschien zuletzt 2019.", False),
    ],
)
def test_addresses_of_the_reader(line: str, asks: bool) -> None:
    assert addresses_reader(line) is asks


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Thursday, February 09, 2023", True),
        ("2024年5月10日 16時30分", True),
        ("Mis à jour le 12 juin 2024 à 09h05", True),
        ("14,200", False),
        ("In May 2023 the bridge fell", False),
        ("7 of 12", False),
        ("", False),
    ],
)
def test_dates_alone(line: str, told: bool) -> None:
    assert is_date(line) is told


def test_headings_of_related_articles_go_with_their_links() -> None:
    links = (
        "<ul><li><a href=/1>Ducks return to the mill race after ten years</a><li><a href=/2>Baker buys a boat</a></ul>"
    )
    assert text_with(f"<div><h3>Related stories</h3>{links}</div>") == "\n\n".join(PARAGRAPHS)


def test_a_lone_quote_in_a_script_swallows_no_page() -> None:
    script = "<script>var a = '<div class=\"' + name;</script>"
    long = "".join(f'<p class="a b c d">{PARAGRAPHS[n % 4]} {n}</p>' for n in range(4000))
    assert len(article(page(*PARAGRAPHS, script, long)).text) > 100_000


def test_labels() -> None:
    assert is_ad_label("ADVERTISEMENT")
    assert is_ad_label("– Publicité –")
    assert not is_ad_label("Adam")
    assert counts_comments("Comments (3)")
    assert counts_comments("コメント 3件")
    assert not counts_comments("Comments")
    assert is_byline("von Gesa Lorch | 8. September 2024", ["gesa lorch"])
    assert not is_byline("Gesa Lorch won the race", ["gesa lorch"])


@pytest.mark.parametrize(("name", "kept"), [("text", True), ("teaser", False)])
def test_a_likely_run_far_from_the_article_stays_if_it_looks_like_it(name: str, kept: bool) -> None:
    chart = "".join(f"<div class=chart>{LONG}{n}</div>" for n in range(4))
    far = "After the floods of that year, the council had the piers built of stone, and the beams of oak."
    article_ = "".join(f"<p class=text>{LONG}{one}</p>" for one in PARAGRAPHS)
    blocks = walk(parse(f"<main>{article_}{chart}<p class={name}>{far}</p></main>"))
    scores = [0.9] * 4 + [0.02] * 4 + [0.75]
    found = judge(blocks, StatedFacts(), scores, [0.0] * 9)
    assert [one.kept for one in found] == [True] * 4 + [False] * 4 + [kept]


ENTRIES = [
    "Police closed the road to the mill at noon, after the water had risen above the lower arch of the bridge.",
    "The baker says that his boat has been taken to the church, where it is tied to the railing of the porch.",
    "Schools in the lower town stay closed on Wednesday, the county said, and buses end at the railway station.",
    "The gauge at the weir shows three metres and ten, which is less than at the same hour of the day before.",
]


@pytest.mark.parametrize("clock", ["<time>18:0{}</time>", "<span>18.0{} Uhr</span>", "<div class=stamp>18h0{}</div>"])
def test_entries_of_a_live_blog_beside_its_summary_are_text(clock: str) -> None:
    entries = "".join(
        f"<article class=entry>{clock.format(9 - n)}<h3>Water falls {n}</h3><p>{one} {LONG}</p></article>"
        for n, one in enumerate(ENTRIES)
    )
    summary = (
        f"<article class=summary><h1>{TITLE}</h1><p>{PARAGRAPHS[0]} {LONG}</p><p>{PARAGRAPHS[1]} {LONG}</p></article>"
    )
    found = article(f"<title>{TITLE}</title><main>{summary}{entries}</main>")
    assert found.is_article
    assert [one for one in ENTRIES if one not in found.text] == []
    assert sorted(found.text.find(one) for one in ENTRIES) == [found.text.find(one) for one in ENTRIES]


def test_cards_of_other_articles_with_their_time_are_no_entries() -> None:
    cards = "".join(
        f"<article class=card><a href=/{n}><h3>{one}</h3></a><time>18:0{n}</time><p>{LONG}</p></article>"
        for n, one in enumerate(ENTRIES)
    )
    own = "".join(f"<p>{one} {LONG}</p>" for one in PARAGRAPHS)
    found = article(f"<title>{TITLE}</title><main><article><h1>{TITLE}</h1>{own}</article>{cards}</main>")
    assert [one for one in ENTRIES if one in found.text] == []


@pytest.mark.parametrize(
    "heading", ["More on this story", "Read next", "Mehr zum Thema", "Sur le même sujet", "関連記事"]
)
def test_teasers_under_a_heading_of_related_articles_are_no_text(heading: str) -> None:
    teasers = "".join(
        f"<div><h3><a href=/{n}>Flood {n} closes the schools</a></h3><p>{one}</p></div>"
        for n, one in enumerate(ENTRIES)
    )
    body = [f"{one} {LONG}" for one in PARAGRAPHS]
    aside = f"<aside class=more><h2>{heading}</h2>{teasers}</aside>"
    assert article(page(*body[:2], aside, *body[2:])).text == "\n\n".join(one.strip() for one in body)


def test_what_a_heading_of_the_text_heads_stays() -> None:
    parts = "".join(f"<h3><a href=/{n}>Mill {n}</a></h3><p>{one} {LONG}</p>" for n, one in enumerate(ENTRIES))
    text = article(page(PARAGRAPHS[0], f"<section><h2>Topics</h2>{parts}</section>")).text
    assert [one for one in ENTRIES if one not in text] == []


def _stories(*bylines: str) -> str:
    texts = ["".join(f"<p>{one} {LONG}</p>" for one in part) for part in (PARAGRAPHS, ENTRIES)]
    heads = (TITLE, "Flood closes the schools")
    stories = (
        f"<div class=post><h1>{head}</h1>{byline}<div class=body>{text}</div></div>"
        for head, byline, text in zip(heads, bylines, texts, strict=True)
    )
    return f"<title>{TITLE}</title><main>{''.join(stories)}</main>"


@pytest.mark.parametrize("byline", ["<p>By Ada Moss</p>", "<p>von Gesa Lorch</p>", "<time>12 June 2024, 09:05</time>"])
def test_the_next_article_below_is_another(byline: str) -> None:
    text = article(_stories(byline, byline)).text
    assert [one for one in ENTRIES if one in text] == []
    assert [one for one in PARAGRAPHS if one not in text] == []


def test_parts_that_begin_with_main_headings_are_one_article() -> None:
    text = article(_stories("<p>By Ada Moss</p>", "")).text
    assert [one for one in PARAGRAPHS + ENTRIES if one not in text] == []
