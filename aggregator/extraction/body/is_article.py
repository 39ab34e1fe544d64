"""Tells whether the page is an article, and whether all of it was served."""

import re
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from urllib.parse import urlsplit

from aggregator.extraction.body.blocks import PageTree, Segment
from aggregator.extraction.body.class_names import LOGIN, PAYWALL
from aggregator.extraction.body.verdicts import COMMENT, BlockVerdict
from aggregator.extraction.metadata.collect import Metadata

ENOUGH = 0.5  # score from which a page is an article
_TEASER = 260  # words: with more, the page served an article whatever it says of subscriptions
_FAILED = re.compile(
    r"\b(?:404|403|50[0-4]|not found|page (?:not|can.?t be) found|access denied|forbidden|just a moment"
    r"|attention required"
    r"|are you (?:a )?(?:human|robot)|captcha|log ?in|sign ?in|seite nicht gefunden|nicht gefunden|anmelden"
    r"|page introuvable"
    r"|no encontrad[ao]|não encontrad[ao]|non trovata|niet gevonden|не найдена|service unavailable|error)\b",
    re.IGNORECASE,
)
_LOCKED = re.compile(
    r"(?:subscribe|sign up|register|log ?in|become a member|start your (?:free )?trial)[^.]{0,60}\b(?:to (?:continue"
    r"|read|keep|unlock|access|view)|for (?:full|unlimited) access)"
    r"|(?:continue|keep) reading[^.]{0,40}(?:subscri|account|free)|already a (?:subscriber|member)\b|subscribers? only"
    r"|exclusive (?:to|for) (?:our )?subscribers"
    r"|this (?:article|story|content) is (?:for|available to|reserved for|exclusive)"
    r"|(?:weiterlesen|diesen artikel)[^.]{0,60}(?:abo|plus|\+|anmeld)|jetzt (?:abonnieren|weiterlesen)"
    r"|nur für abonnenten|sie haben bereits ein abo"
    r"|réservée? aux abonnés|la suite[^.]{0,40}abonn|il vous reste [\d.,]+ ?% de cet article|suscr[ií]bete para"
    r"|solo para suscriptores|contenido exclusivo"
    r"|exclusivo para assinantes|assine para|contenuto riservato|riservato agli abbonati|abbonati per|voor abonnees"
    r"|kun for abonnenter|för prenumeranter|tilaajille"
    r"|dla subskrybentów|только для подписчиков|有料会員|会員限定|この記事は有料|订阅后|구독",
    re.IGNORECASE,
)
# One of these is in whatever _LOCKED finds.
_STEMS = tuple(
    "subscri, sign up, register, log in, login, member, trial, reading, exclusive, this article is, this "
    "story is, this content is, weiterlesen, diesen artikel, abonn, abo, la suite, cet article, suscr, "
    "contenido exclusivo, assina, assine, contenuto riservato, riservato, prenumer, tilaaji, subskryb, "
    "подписчик, 有料会員, 会員限定, この記事は有料, 订阅后, 구독".split(", ")
)


def likeness(
    facts: Metadata, url: str | None, kept: Sequence[Segment], words: int, verdicts: Sequence[BlockVerdict]
) -> float:
    """Returns how much a page looks like an article, 0 to 1, from its `kept` blocks of `words` words: an amount of
    connected prose first, then what the page states."""
    chars = sum(len(segment.text) for segment in kept)
    if not chars:
        return 0.0
    prose = [segment for segment in kept if len(segment.text) >= 80]
    score = 1.6 * log((words + 5) / 90)
    score += 2.0 * (sum(verdicts[s.number].score * len(s.text) for s in kept) / chars - 0.6)
    score -= 4.0 * sum(segment.link_chars for segment in kept) / chars
    score -= 2.5 * (_scattered(prose) - 0.3) if len(prose) > 2 else 0.0
    score += {True: 1.0, False: -1.5, None: 0.0}[facts.is_article_type]
    score += 0.5 if facts.published_at else -0.5
    score += 0.3 if facts.authors else 0.0
    score += 1.5 if any(verdict.reason == COMMENT for verdict in verdicts) else 0.0
    if url and _is_front(url):
        score -= 2.5
    if _FAILED.search(facts.title or "") and words < 150:
        score -= 4.0
    if any(segment.element.around & LOGIN for segment in kept) and words < 80:
        score -= 2.0
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, score))))


def _is_front(url: str) -> bool:
    """Tells whether an address is that of a site's front page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in ("", "/") and not parts.query


def _scattered(prose: Sequence[Segment]) -> float:
    """Returns the share of paragraphs that stand alone in their box: high for cards and teasers, low for an article. A
    box around nothing but one paragraph is its wrapper."""
    counts = Counter([id(segment.element.box()) for segment in prose])
    return sum([count for count in counts.values() if count == 1]) / len(prose)


def paywall(facts: Metadata, page: PageTree, words: int) -> str | None:
    """Returns why only a teaser was served, else None."""
    if words >= _TEASER:
        return None
    short = [segment.text for segment in page.segments if len(segment.text) < 400]
    together = "\n".join(short).lower()
    if any(stem in together for stem in _STEMS):  # the long pattern is slow, and hardly a page needs it
        for text in short:
            if _LOCKED.search(text):
                return f"the page asks for a subscription: {text[:120]}"
    if facts.paywalled:
        return "the page states that it is not accessible for free"
    if any(element.own & PAYWALL and element.blocks and "paywall" in element.name.lower() for element in page.elements):
        return "the page shows a paywall"
    return None
