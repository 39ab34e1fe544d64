"""Cuts authors' names out of bylines of many languages, without "By", roles, dates, addresses and the site's name."""

import html
import re
from collections.abc import Iterable
from functools import lru_cache

from aggregator.extraction.metadata.name_forms import COLLECTIVE, is_person
from aggregator.extraction.metadata.page_dates import find_dates, month_numbers
from aggregator.extraction.metadata.title import index_form
from aggregator.text import fold, squeeze

_MAX_CHARS = 400  # of a byline
MAX_AUTHORS = 20
# Words that stand before a name. Matched at the start, repeatedly, case-insensitively.
_PREFIX = re.compile(
    r"^(?:(?:(?:written|posted|published|reported|reporting|reviewed|medically reviewed|edited|compiled|created|story"
    r"|words|photos?|text|article|analysis|opinion|"
    r"contributed|updated|authored|submitted|blog|post)\s+(?:and\s+\w+\s+)?by|by|byline|from|author|authors|writer"
    r"|about the author"
    r"|von|vom|ein(?:e)? \w+ von|ein gastbeitrag von|autor(?:in|en|es|a|as)?|text von|verfasst von|geschrieben von"
    r"|interview(?:te)?(?: mit| von)?"
    r"|par|propos recueillis par|écrit par|publié par|auteurs?|por|escrito por|publicado por|texto|redacción de"
    r"|redactado por"
    r"|di|a cura di|scritto da|de|door|auteur|geschreven door|av|af|skrevet av|skrevet af|tekst|text|skriven av|foto"
    r"|fotos?|bild|fotoğraf"
    r"|kirjoittaja|teksti|autorem|opracował[ao]?|tekst|przez|autoři|autorka|napsal[a]?|szerző|írta|scris de|de către"
    r"|autorius|autore|yazan|yazar|haber|haberi hazırlayan|muhabir"
    r"|oleh|penulis|editor|reporter|wartawan|tác giả|автор(?:ы|и|ка)?|текст|беседовал[а]?|подготовил[а]?|от|συντάκτης"
    r"|συντάκτρια|γράφει(?: ο| η)?|του|της|από"
    r"|بقلم|كتب(?:ت)?|نویسنده|تحرير|מאת|כתב|लेखक|द्वारा|โดย|ผู้เขียน|文|作者|記者|记者|撰文|編輯|编辑|執筆|取材|筆者|글"
    r"|기자)"
    r"\s*(?:[:：/|\-–—]\s*|\s+|$))",
    re.IGNORECASE,
)
_CJK_PREFIX = re.compile(
    r"^(?:(?:本報|本报|新华社|見習|见习|実習|特约|特約)?(?:記者|记者)|文|作者|撰文|撰稿人?|責任編輯|责任编辑|責編|责编|編輯|编辑|執筆|取材・?文|取材"
    r"|筆者|글)\s*[:：/／=＝・]?\s*"
)
_SUFFIX = re.compile(
    r"(?:\s*(?:記者|记者|編集委員|論説委員|特派員|(?:선임|수습|인턴|전문|객원)?\s?기자|논설위원|특파원|報導|报道|撰))+(?=\s*$|\s+\S+@\S+$)"
)
_CHINESE_LABEL = re.compile(r"\W*(?:\w{0,4}(?:記者|记者)|文|作者|撰文|編輯|编辑|責編|责编)\s*[:：/／\s]")
_HAN_NAMES = re.compile(r"[\u4e00-\u9fff·]{2,5}(?:\s+[\u4e00-\u9fff·]{2,5})+")
# A part that holds one of these words is a role or a notice, not a name.
_ROLE = re.compile(
    r"\b(?:editors?|editor-in-chief|reporters?|correspondents?|columnists?|writers?|contributors?|journalists?"
    r"|producers?|staff|freelance|director|manager|president|ceo|"
    r"founder|co-founder|professor|lecturer|head of|senior|chief|associate editor|assistant|deputy|specialist|analyst"
    r"|expert|strategist|consultant|officer|author of|"
    r"redakteur(?:in)?|redaktor(?:ka)?|korrespondent(?:in)?|volontär(?:in)?|ressortleiter(?:in)?|chefredakteur(?:in)?"
    r"|journaliste?|journalistin|rédact(?:eur|rice)|correspondante?|"
    r"redactora?|corresponsal|periodista|giornalista|inviat[oa]|redattore|redacteur|verslaggever|journalist(?:i|en|ka)?"
    r"|reporterin|redaktør|toimittaja|dziennikar(?:z|ka)|"
    r"muhabiri|muhabir|yazarı|jornalista|repórter|jornalismo|журналист|корреспондент|обозреватель|редактор|кореспондент"
    r"|журналіст|wartawan|phóng viên|dr|phd|ph\.d|md|m\.d|rd|rdn|ms|mph|mba|cfp|cpa|esq|jr|sr|lcsw|psyd|rn|np|dds"
    r"|dvm)\b\.?",
    re.IGNORECASE,
)
_ROLE_OF = re.compile(
    r"(?:\w+ )?(?:head|director|president|manager|professor|editor|chief|ceo|founder) (?:of|for|at) ", re.IGNORECASE
)
_CREDENTIAL = re.compile(
    r"^(?:dr|phd|ph\.?d\.?|dphil|md|m\.?d\.?|rd|rdn|ms|ma|msc|m\.?sc\.?|bsc|mph|mba|cfp®?|cpa|cfa|esq|lcsw|lmft|psyd|rn"
    r"|np|dds|dvm|do|ba|bs|bfa|jd|ll\.?m|cscs|cpt|ldn|fand|cdces|edd|faap|facs|pharmd)\.?$",
    re.IGNORECASE,
)
_GENERATIONAL = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
_NOISE = re.compile(
    r"\b(?:min(?:utes?)?\.? read|comments?|views?|shares?|subscribe|newsletter|follow|updated|published|posted"
    r"|read more|more from|all posts|view all|click|photo|getty|shutterstock|unsplash|"
    r"copyright|all rights|contact|email|e-mail|twitter|facebook|instagram|linkedin|advert|sponsored|disclaimer"
    r"|disclosure|reviewed|fact.?check|share|save|print|listen|http|www|last|ago|"
    r"minuten|minutes de lecture|lesezeit|uhr|aktualisiert|actualizado|publicado|mis à jour|aggiornato|bijgewerkt"
    r"|güncelleme|обновлено|опубликовано|opublikowano)\b",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r"(?:admin(?:istrator)?|webmaster|editor|author|user|guest|unknown|anonymous|none|null|undefined|root|default|test"
    r"|wordpress"
    r"|reda[ck]t?i[oe]n|redacao|redaccion|redazione|redactie|name|autor|n/?a|true|false|read|more|share|wp|webteam"
    r"|marketing|contributor|super user|author name|view profile"
    r"|(?:mon|tues?|wed|thu|thur|fri|sat|sun)|[a-z]\w+(?:\.\w{2,}){2,})$"
)
# Joining words of one letter or that stand inside names too: they split only between two full names.
_WEAK_JOINT = re.compile(r"\s+(i|a|e|y|en|in|si|un|ir|ja|con|med|with|mit|avec|ve|dan|og|et|с)\s+", re.IGNORECASE)
_STRONG_SPLIT = re.compile(
    r"\s*(?:[;|•·、，،\n\t]|／|\s/\s|\s[–—]\s|\s-\s|\s&\s|＆|\s\+\s|\s(?:and|und|och|és|și|și|и|та|και|および)\s)\s*",
    re.IGNORECASE,
)
# What stands after these is the name of who took the pictures.
_PICTURES = (
    r"(?:fotos?|photos?|photograph(?:s|y|er|ed)?|photographies?|bild(?:er)?|illustrations?|illustrationen|grafik|video"
    r"|kamera|camera|foto’s|foto's|kuvat?|zdjęcia|fotografie|фото|写真|撮影|摄影|攝影|图片?|圖|사진|صور|תמונות|צילום)"
)
_TEXT_AND_PICTURES = re.compile(
    rf"(?:text|words|story|tekst|teksti|texte|textes|texto|testo|текст|文|取材)\s*(?:and|und|og|och|ja|et|y|e|и|&|\+|/|・)\s*"
    rf"{_PICTURES}(?:\s*[:：=＝]|\s+(?:by|von|par|por|av|af|di)\b)",
    re.IGNORECASE,
)
_LABEL_END = r"\s*(?:[:：=＝/／]|\s(?:by|von|par|por|av|af|di)\s)"
_LABEL = re.compile(r"[:：=＝/／]|\s(?:by|von|par|por|av|af|di)\b", re.IGNORECASE)  # what every label ends in
_EDITORS = (
    r"(?:責任編輯|责任编辑|責編|责编|編輯|编辑|校对|校對|审核|審核|editing|edited|editors?|redaktion"
    r"|redigering|montage)"
)
_CREDIT = re.compile(
    rf"(?:(?<=^)|(?<=[\s,;.|/·•、，\-–—(]))(?=(?:{_PICTURES}|{_EDITORS}){_LABEL_END})",
    re.IGNORECASE,
)
_OF_PICTURES = re.compile(_PICTURES + _LABEL_END, re.IGNORECASE)
_OF_EDITORS = re.compile(_EDITORS + _LABEL_END, re.IGNORECASE)
_WITH_AGENCY = re.compile(
    r"\s+(?:avec|mit|with|con|med|com|met)\s+(?:the\s)?(?:[A-Z]{2,5}|dpa|agenc\w+|Reuters|wires?|Agenturen)$"
)
# News agencies, which stand behind the names of persons or alone.
_AGENCIES = (
    r"(?:Associated Press|AP|Reuters|AFP|Agence France[- ]Presse|dpa|Deutsche Presse-Agentur|Canadian Press"
    r"|La Presse Canadienne|Press Association|PA Media|UPI|EFE|Agencia EFE|Europa Press|ANSA|Adnkronos|Lusa|APA"
    r"|Keystone-(?:SDA|ATS)|sda|Belga|ANP|NTB|Ritzau|STT|PAP|ČTK|MTI|Agerpres|Anadolu(?: Ajansı| Agency)?"
    r"|Demirören Haber Ajansı|İhlas Haber Ajansı|DHA|İHA|TASS|ТАСС|РИА Новости|Интерфакс|Укрінформ|Ukrinform"
    r"|Xinhua|新华社|新華社|共同通信|時事通信|Kyodo(?: News)?|Yonhap|연합뉴스|PTI|Press Trust of India|ANI|IANS"
    r"|Bernama|Antara|AAP|Bloomberg(?: News)?)"
)
_AGENCY = re.compile(rf"(?:The\s)?{_AGENCIES}")
_AGENCY_BEHIND = re.compile(rf"\s+(?:The\s)?{_AGENCIES}$")
# Newspapers and desks, which stand beside the persons who wrote for them.
_NEWSROOM = re.compile(
    r"(?:.+\s)?(?:times|journal|gazette|herald|tribune|telegraph|magazine|press|desk|editorial team|newsroom)",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?<=\w\w)\s+(?:in|aus)\s+[A-Z][\w.\-]+(?:\s[A-Z][\w.\-]+)?$")
# Roles that stand before a name without more ("Redakteurin Anna Weber", "BBC correspondent Ann Field") or behind it.
OFFICE = re.compile(
    r"\b(?:[\w\-]*(?:redakteur(?:in)?|korrespondent(?:in|en)?|volontär(?:in)?|reporter(?:in)?|journalist(?:in|en|a|ka)?"
    r"|kolumnist(?:in)?|ressortleiter(?:in)?|mitarbeiter(?:in)?|praktikant(?:in)?|redaktør|redaktör|redaktork?a?"
    r"|correspond[ae]nte?s?)|journaliste|rédact(?:eur|rice)(?: en chef)?|corresponsal|redactora?|periodista|inviat[oa]"
    r"|giornalista|redattore|redattrice|cronista|repórter|jornalista|verslaggever|redacteur|toimittaja|dziennikarz"
    r"|dziennikarka|muhabiri?|editors?|writers?|columnist|producers?|contributors?"
    r"|корреспондент|журналист(?:ка)?|обозреватель|кореспондент|журналіст(?:ка)?)\b\.?",
    re.IGNORECASE,
)
_OFFICE_RANK = re.compile(
    r"\s+(?:(?:the|our|bbc|staff|senior|chief|lead|deputy|associate|assistant|managing|contributing|political|politics"
    r"|business|news|sports?|education|health|science|environment|climate|economics|technology|tech|world|foreign"
    r"|diplomatic|international|national|regional|local|crime|court|arts|culture|music|film|travel|food"
    r"|home affairs)\s*)+$",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?:^|\s)@\w+|\S+@\S+\.\w+|(?:https?://|www\.)\S+")
# What stands in brackets, but for a nickname or a former name: "Paramita (Guha) Ghosh".
_PARENTHESIS = re.compile(r"\s*(?:\((?![A-Z][a-z]+\))[^()]*\)|[\[（【][^)\]）】]*[)\]）】])")
_TAG = re.compile(r"<[^>]{0,300}>")
_EDGE = " \t\r\n.,:;|/-–—•·*\"'“”„«»‘’"
_URL = re.compile(r"^(?:https?:)?//|^www\.|\.(?:com|org|net|html?)(?:/|$)", re.IGNORECASE)


def clean_authors(raw: Iterable[str], site_names: Iterable[str] = ()) -> tuple[str, ...]:
    """Returns the names in bylines, each once, in order. `site_names` are dropped where other names stand beside
    them, and so are newspapers and desks beside a person."""
    found: dict[str, str] = {}
    sites = {index_form(site) for site in site_names if site}
    for text in raw:
        whole = text.strip(_EDGE)
        for name in [whole] if index_form(whole) in sites else split_names(text):
            key = index_form(name)
            if key:
                found.setdefault(key, name)
    others = {key: name for key, name in found.items() if key not in sites}
    persons = [name for name in others.values() if not _is_newsroom(name)]
    if any(map(is_person, persons)):
        return tuple(persons[:MAX_AUTHORS])
    return tuple(list((others or found).values())[:MAX_AUTHORS])


def _is_newsroom(name: str) -> bool:
    return _NEWSROOM.fullmatch(name) is not None and not _AGENCY.fullmatch(name)


@lru_cache(maxsize=2048)
def split_names(text: str) -> tuple[str, ...]:
    """Returns the names of one byline."""
    text = squeeze(_TAG.sub(" ", html.unescape(text))[:_MAX_CHARS])
    if " " not in text and _URL.search(text):
        return ()
    apart = not text.isascii() and bool(_CHINESE_LABEL.match(text))
    text = _HANDLE.sub(" ", _PARENTHESIS.sub(" ", text))
    credits = _credits(text) if _LABEL.search(text) else [text]
    text = " | ".join(_WITH_AGENCY.sub("", _strip_prefix(credit)) for credit in credits)
    parts = [piece for part in _STRONG_SPLIT.split(text) if not _URL.search(part) for piece in _commas(part)]
    pieces = [name for part in parts for piece in _weak(part) for name in _at_blanks(piece, apart=apart)]
    return tuple(name for piece in pieces if (name := clean_name(piece)))


def _credits(text: str) -> list[str]:
    """Returns the parts of a byline that are of those who wrote it, not of who took the pictures or edited it."""
    parts = _CREDIT.split(_TEXT_AND_PICTURES.sub(" ", text))
    credits = [credit for credit in parts if credit.strip() and not _OF_PICTURES.match(credit)]
    return [credit for credit in credits if not _OF_EDITORS.match(credit)] or credits


def _at_blanks(text: str, *, apart: bool) -> list[str]:
    """Splits Chinese names at the blanks between them; Japanese ones have a blank within."""
    return text.split() if apart and _HAN_NAMES.fullmatch(text.strip()) else [text]


def _strip_prefix(text: str) -> str:
    for _ in range(3):
        shorter = _PREFIX.sub("", text)
        shorter = (shorter if shorter.isascii() else _CJK_PREFIX.sub("", shorter)).lstrip(_EDGE)
        if shorter == text:
            break
        text = shorter
    return text


def _commas(part: str) -> list[str]:
    """Splits at commas; "Weber, Anna" of two single words stays one name, turned round."""
    pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
    if len(pieces) == 2 and all(" " not in piece and piece.isalpha() and len(piece) > 2 for piece in pieces):
        return [f"{pieces[1]} {pieces[0]}"] if pieces[0].isascii() or len(pieces[0]) > 4 else pieces
    joined: list[str] = []
    for piece in pieces:
        if joined and _GENERATIONAL.match(piece):
            joined[-1] += f" {piece}"
        elif not _CREDENTIAL.match(piece):
            joined.append(piece)
    return joined


def _weak(part: str) -> list[str]:
    """Splits at short joining words where a full name stands on both sides."""
    pieces = _WEAK_JOINT.split(part)
    names, between = pieces[::2], pieces[1::2]
    if between and all(len(name.split()) >= 2 and name[:1].isupper() for name in names):
        return names
    return [part]


def clean_name(text: str) -> str | None:
    """Returns one name without what stands around it; None if it is no name."""
    name = _strip_prefix(text.strip(_EDGE))
    name = (name if name.isascii() else _SUFFIX.sub("", name)).strip(_EDGE.replace(".", ""))
    name = name if name.endswith(".") and len(name.split()[-1]) <= 3 else name.rstrip(".")
    name = _without_office(name)
    person = _AGENCY_BEHIND.sub("", name)
    name = person if is_person(person) else name
    name = _PLACE.sub("", name) if len(name.split()) > 3 else name
    folded = fold(name)
    if not 2 <= len(name) <= 80 or len(name.split()) > 8 or not any(c.isalpha() for c in name):
        return None
    if PLACEHOLDER.match(folded) or _NOISE.search(folded) or _dated(name):
        return None
    return None if _is_role(name) else name


def _without_office(name: str) -> str:
    """Returns a name without the role that stands before or behind it; the text as it is where that leaves no name."""
    if COLLECTIVE.match(name):
        return name
    last = next(reversed([*OFFICE.finditer(name)]), None)
    if last is None:
        return name
    rest = name[last.end() :].strip(_EDGE)
    if not rest:
        rest = _OFFICE_RANK.sub("", name[: last.start()].rstrip(_EDGE))
    return rest if is_person(rest) and not _ROLE.search(rest) else name


def _dated(name: str) -> bool:
    if not any(c.isdigit() for c in name):
        return False
    return next(find_dates(name), None) is not None or any(word in month_numbers() for word in fold(name).split())


def _is_role(name: str) -> bool:
    """Tells whether it is a job title: a role word and nothing that is certainly a name (two capitalised words beside
    it)."""
    if not _ROLE.search(name) or COLLECTIVE.match(name):
        return False
    if _ROLE_OF.match(name):
        return True
    rest = [word for word in _ROLE.sub(" ", name).split() if word[:1].isupper()]
    return len(rest) < 2 or name.split()[0].islower()


def stated_as_is(raw: Iterable[str]) -> tuple[str, ...]:
    """Returns short stated authors that are no clean names ("Staff Writer", "dailynews.com"), for pages that have no
    others."""
    found = (squeeze(html.unescape(text)) for text in raw)
    return tuple(dict.fromkeys(text for text in found if _as_is(text)))[:MAX_AUTHORS]


def _as_is(text: str) -> bool:
    if not 2 <= len(text) <= 50 or len(text.split()) > 5 or "/" in text or "@" in text or "<" in text:
        return False
    return any(char.isalpha() for char in text) and not PLACEHOLDER.match(fold(text)) and not text.isdigit()
