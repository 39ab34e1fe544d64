"""Recognises lines that are a date or a byline and nothing else, in the languages news is written in."""

import re
from collections.abc import Iterable

from aggregator.extraction.metadata.page_dates import find_dates, month_numbers
from aggregator.text import fold

_DATE_WORDS = frozenset(
    fold(word)
    for word in (
        "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
        "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so "
        "lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo "
        "lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta quinta sexta feira "
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag poniedziałek wtorek środa czwartek piątek "
        "sobota niedziela "
        "понедельник вторник среда четверг пятница суббота воскресенье понеділок вівторок середа четвер п'ятниця "
        "субота неділя "
        "måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag maanantai tiistai "
        "keskiviikko torstai "
        "perjantai lauantai sunnuntai pazartesi salı çarşamba perşembe cuma cumartesi pazar "
        "senin selasa rabu kamis jumat sabtu minggu الأحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت "
        "published updated posted last modified on at of the date am pm a m p uhr h utc gmt est edt et bst cet "
        "cest pst pdt ist "
        "veröffentlicht aktualisiert stand am um vom den der publié mis à jour le a les publicado actualizado el "
        "de del las a "
        "atualizado em às as dia pubblicato aggiornato il alle ore gepubliceerd bijgewerkt om op opublikowano "
        "aktualizacja dodano "
        "r godz опубликовано обновлено в г года publicerad uppdaterad kl publisert oppdatert udgivet opdateret "
        "julkaistu "
        "päivitetty yayınlanma güncelleme tarihi saat noticia st nd rd th er first created"
    ).split()
)
_BYLINE_WORDS = frozenset(
    fold(word)
    for word in (
        "by von par por di da door av af autor author text story written words and und et y e i en och og ve и та "
        "di автор texte texto testo tekst"
    ).split()
)
_DENSE_DATE = re.compile(
    r"[\s\d年月日時时分秒曜火水木金土一二三四五六日（）()\[\]【】/:：.\-午前後上下更新公開"
    r"配信掲載发布發布於于编辑입력수정등록오전오후년월일요화수목금토시분"
    r"최종|ㅣ~〜、,]+"
)
_MOSTLY_DATE, _BESIDE_DATE = 60, 20  # characters of such a line, and of what else it says
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")


def is_date(text: str, more: Iterable[str] = ()) -> bool:
    """Tells whether a line is a date alone, with what belongs to one ("Updated on", a weekday, a clock). `more`: folded
    words that may stand there too."""
    if len(text) > 90 or not _DIGIT.search(text):
        return False
    if not _DENSE_DATE.fullmatch(text):
        known = frozenset(more)
        if not known.issuperset(_other_words(text)):
            return False
    return next(find_dates(text), None) is not None


def is_mostly_date(text: str) -> bool:
    """Tells whether a short line holds a date and hardly any words that belong to none, in any language."""
    if len(text) > _MOSTLY_DATE or not _DIGIT.search(text):
        return False
    return sum(map(len, _other_words(text))) <= _BESIDE_DATE and next(find_dates(text), None) is not None


def _other_words(text: str) -> list[str]:
    """Returns the words of a line, folded, that are no part of a date."""
    months = month_numbers()
    return [word for word in _WORD.findall(fold(text)) if word not in _DATE_WORDS and word not in months]


def is_byline(text: str, authors: Iterable[str]) -> bool:
    """Tells whether a line is the names of authors, given folded, with a date at most."""
    names = {word for author in authors for word in author.split()}
    words = _WORD.findall(fold(text))
    if not names or names.isdisjoint(words):
        return False
    rest = [word for word in words if word not in names and word not in _BYLINE_WORDS]
    return not rest or is_date(text, names | _BYLINE_WORDS)
