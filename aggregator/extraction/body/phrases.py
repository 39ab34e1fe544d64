"""Tells what a short block is by its words, in the languages news is written in most: one bit a kind."""

import re
from collections.abc import Sequence

from aggregator.times import month_names

# The models were trained with these names of months: more of them, or those that are missing, want new models.
_MONTHS = " ".join(month_names("en en-short de fr es pt it ru".split()).keys() - {"sep", "novembro"})
# Anywhere in a short block.
_ANYWHERE = {
    "date": f"{_MONTHS} sept monday tuesday wednesday thursday friday saturday sunday uhr ago am pm gmt utc est edt "
    f"cet pst"
    " hours minutes days",
    "credit": "getty shutterstock afp reuters dpa imago epa istock alamy unsplash pexels photograph photographer "
    "bildquelle courtesy foto fotos"
    " picture alliance ap photo image bild",
    "copyright": "© copyright reserved vorbehalten réservés reservados riservati rights privacy terms conditions gdpr "
    "cookies cookie"
    " disclaimer llc inc",
    "promo": "newsletter newsletters subscribe subscriber subscribers subscription inbox donate donation abonnieren "
    "abonnement abo"
    " kostenlos anmelden inscrivez inscription suscríbete suscribirse assine iscriviti подписаться подпишитесь "
    "подписывайтесь telegram"
    " patreon sponsored advertisement anzeige publicidad publicité реклама werbung affiliate download app ebook "
    "webinar demo pricing buy"
    " shop coupon discount free trial join signup sign",
    "social": "share tweet facebook twitter linkedin whatsapp pinterest reddit instagram youtube teilen drucken "
    "partager compartir"
    " compartilhar condividi delen поделиться シェア paylaş bookmark follow tiktok rss email",
    "comment": "comment comments reply replies login kommentar kommentare kommentieren commentaire commentaires "
    "comentário comentários"
    " comentario comentarios commenti комментарии комментариев yorum cancel password username",
    "bio": "writer reporter editor journalist author correspondent columnist freelance freelancer contributor "
    "contributors blogger"
    " contributing redakteur redakteurin autor autorin journalistin redaktion phd founder ceo bio",
    "related": "related recommended trending popular latest read more also watch mehr auch interessant thema weitere "
    "lire aussi voir lea"
    " también leia também veja mais leggi anche lees ook les også läs också læs czytaj także zobacz читайте также "
    "ilgili 関連 相关 baca juga"
    " previous next",
    "note": "editor's note disclosure correction originally published views opinions expressed update updated updates",
    "we": "we our us ours i my me wir uns unser unsere nous notre nos nosotros nuestro nuestra nós nosso nossa noi "
    "nostro мы нас наш наши",
    "you": "you your yours sie ihr ihre ihnen du dein deine vous votre vos usted su tu você seu sua voi vostro вы вас "
    "ваш ваши",
    "label": "tags tag topics categories category filed themen schlagwörter keywords contents inhalt sommaire índice "
    "sections section topic",
}
# As the first word, where it says more.
_FIRST = {
    "byline": "by von par por di door av af autor autorin text story written words автор 文 記者",
    "credit": "photo photos image images picture bild foto fotos credit quelle source video photograph graphic",
    "related": "read more see also related recommended watch listen mehr lesen lire voir lea lee leia veja leggi lees "
    "les läs læs lue"
    " czytaj zobacz читайте смотрите 関連 相关 baca",
    "date": "published updated posted stand veröffentlicht aktualisiert publié publicado actualizado atualizado "
    "pubblicato aggiornato"
    " опубликовано",
    "note": "note editor disclaimer disclosure this correction originally",
    "label": "tags tag topics themen schlagwörter sujets etiquetas temas filed category categories",
    "promo": "get join sign subscribe download support follow learn click try start become contact",
}
_CHANNELS = frozenset(
    "newsletter newsletters inbox postfach telegram whatsapp instagram facebook twitter youtube tiktok linkedin "
    "bluesky mastodon threads".split()
)
KINDS = (*(f"any_{kind}" for kind in _ANYWHERE), *(f"first_{kind}" for kind in _FIRST))
_WORD = re.compile(r"[^\W_]+")
MAX_CHARS = 400  # characters of a block that is looked at


def _table(kinds: dict[str, str], offset: int) -> dict[str, int]:
    table: dict[str, int] = {}
    for number, words in enumerate(kinds.values()):
        for word in words.split():
            table[word] = table.get(word, 0) | 1 << (number + offset)
    return table


WORDS = _table(_ANYWHERE, 0)
_FIRSTS = _table(_FIRST, len(_ANYWHERE))


def kinds_of(words: Sequence[str]) -> int:
    """Returns bit `1 << n` for each of KINDS[n] that the lower-cased words of a short block speak of."""
    mask = first_kinds(words)
    for word in words:
        mask |= WORDS.get(word, 0)
    return mask


def first_kinds(words: Sequence[str]) -> int:
    """Returns the bits of the kinds that the first word alone says."""
    return _FIRSTS.get(words[0], 0) if words else 0


def begins_as(text: str, kind: str) -> bool:
    """Tells whether the first word of a text is of that kind, one of KINDS that begin with `first_`."""
    first = _WORD.search(text.lower())
    return bool(first and _FIRSTS.get(first[0], 0) & 1 << KINDS.index(kind))


def names_channel(text: str) -> bool:
    """Tells whether a text names one of the ways by which papers reach their readers: a newsletter, a network."""
    return not _CHANNELS.isdisjoint(_WORD.findall(text.lower()))
