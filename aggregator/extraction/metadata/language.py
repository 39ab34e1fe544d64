"""Detects the language of a text: by its script, then by its commonest words."""

import re
from bisect import bisect_right
from collections import Counter
from functools import lru_cache

from aggregator.text import fold

_SAMPLE = 1200  # characters looked at
_MIN_HITS = 3  # hits of common words below which a text says nothing

# Commonest words that tell neighbours apart, written from general knowledge of the languages. A line begins with the
# code of its language; those that begin with spaces go on with it.
_COMMON = """
en the of and to in is that for was with it as on are by be this from at have has not an which were been will would
  their they
de der die und das den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass nach
  wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch
nl de van het een en in dat te is op zijn voor met die niet aan er om ook als dan maar bij wordt uit naar worden heeft
  nog wel geen werd deze door
af die van het en in is vir nie wat te dat op met sy hy om aan ook was by deur sê daar hulle word
fr de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont la avec aux cette ont
  mais comme ou son sa été leur
es de la que el en y a los se del las por un para con no una su al es lo como más pero sus le ya este fue ha muy sobre
  también entre hasta desde
pt de a o que e do da em um para com não uma os no se na por mais as dos como mas ao das à seu sua ou ser quando muito
  nos já está foi são pelo pela também
gl de a o que e do da en un para con non unha os no se na por máis as dos como pero ao das á seu súa ou ser cando moi xa
  está foi son polo pola tamén
ca de la que i el en a els per un amb una les del no és al com més ha va però seva aquest són també dels
it di che e la il un a è per una in non sono del con i si le da al come più anche ha della nel dei alla gli lo ma delle
  stato questo dalla
ro de și a în la cu care o pe nu din un este pentru că să au mai fi ce sau ca ale fost lui prin după această unei
sv och i att det som en på är av för med till den har de inte om ett han men var jag från vi så kan när sig eller nu
  efter ska
da og i at det er en til af på de for med den der som ikke har et han var om men fra sig blev efter også ved skal kan
  hun vil være bliver
no og i det er som en på for til av med at de har den ikke et han om var men fra seg ble etter også ved skal kan hun vil
  være blir sier
fi ja on ei se että oli hän mutta ovat kun myös joka sen mukaan ole olla ollut tai jo niin kuin mitä vain voi sekä nyt
  vuoden
et ja on ei et see oli kui ta aga mis ka seda ning oma või kes välja siis veel nii pärast eest juba kuid olid olnud
is og að í á er sem til við um en var það ekki fyrir með af hann þar frá því eftir einnig hafa þá hún verið
pl w i na się z do nie że jest o to po za od jak przez dla są ale oraz który przy tym jego został ze roku także już być
  które czy
cs a v na se je že s z do to o i ve pro za k jako by po jsou ale od který podle již který však být byl při roku také
  která
sk a v na sa je že s z do to o aj vo pre za k ako by po sú ale od ktorý podľa už však byť bol pri roku tiež ktorá
sl je v in na se za da so ki pa z ne kot po tudi od bi ter iz pri bo še ali tem o bil kako več zaradi leta
hr je u i na da se za su od s a o ne kao koji što će iz nije bi biti te samo već kako još prema koja godine također
  tijekom
sr je u i na da se za su od sa a o ne kao koji što će iz nije bi biti te samo već kako još prema koja godine takođe
  tokom
bs je u i na da se za su od sa a o ne kao koji što će iz nije bi biti te samo već kako još prema koja godine također
  tokom
hu a az és hogy nem is egy ez volt azt meg csak már még el de ami lesz mint vagy szerint után ezt kell között lehet van
tr ve bir bu da de için ile olarak çok daha olan gibi en kadar sonra ise ne ama olduğu var değil her göre yeni
  tarafından
az və bir bu da də üçün ilə olaraq çox daha olan kimi ən qədər sonra isə nə amma olduğu var deyil hər görə yeni
  tərəfindən edib
id yang dan di untuk dengan dari dalam ini itu tidak pada akan juga ke adalah karena tersebut bisa oleh ada saat mereka
  kata
ms yang dan di untuk dengan daripada dalam ini itu tidak pada akan juga ke adalah kerana tersebut boleh oleh ada ketika
  mereka kata katanya telah beliau
tl ang ng sa na mga ay at para ni si hindi ito nang kung may ng mga siya ko pa rin isang
vi và của là có trong được không các cho một với người những khi đã này từ đến cũng về ra như tại để vào năm
sq dhe të e në i një për me që se nga është më do ka nuk si por edhe janë ky kjo ishte
lv un ir uz no ar ka par kas tas bet lai pēc kā jau gada arī tika vai nav tiek to pie savu
lt ir į kad su iš o tai kaip bet yra dėl per po nuo jau jis apie buvo taip ar už metų savo
eu eta da ez du bat dira zuen ere baina dute egin izan zen hori honek beste dela
xh ukuba kwaye kodwa xa kunye nokuba ngoko lo le eli kule kwi nge kananjalo ukuze okanye emva oku ke apha bonke wathi
  uthe ngenxa kuba loo ngokuba phantsi zonke
zu ukuthi nokuthi kodwa ngoba uma futhi ukuba lapho kanye nje uthe abantu kusho kule kulo ngesikhathi omunye phakathi
  okwenza njengoba
sw na ya wa kwa ni katika za la kuwa cha hiyo huo alisema baada yake lakini kama huyo
ru и в не на что с по как это из его для к но от за был он о года также а при до которые
uk і в на не що з та як до за це у від про його для й але є року також після який які щодо
be і ў на не што з як да за гэта у ад пра яго для але быў года таксама пасля які якія
bg и на в за да се не от с е че са по като ще това са при но до който след или които има беше
mk и на во за да се не од со е дека по како ќе ова при но до кој или кои има беше се што
sr и у је на да се за су од са не као који што ће из није би како још али које била
kk және бір бұл мен үшін де да деп болып осы оның сол еді туралы бойынша
ar في من على أن إلى عن التي الذي ما هذا مع لا كان هذه بعد قال أو بين كما ولم وقد ذلك
fa در به از که و این را با است برای آن می یک شد شده بود تا خود کرد هم نیز
ur کے کی میں ہے نے سے کو اور کا کہ پر ہیں اس یہ بھی کر ایک کیا تھا
hi के में है की को से और का ने पर कि यह हैं भी एक नहीं इस कर लिए
mr आहे आणि या च्या मध्ये तो ही नाही होते यांनी केली करण्यात असे ते हे
ne छ र को मा ले गरेको पनि भएको हुने गर्न यो छन् लागि
"""
_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af\u1100-\u11ff",
    "zh": "\u4e00-\u9fff\u3400-\u4dbf",
    "th": "\u0e01-\u0e5b",
    "el": "\u0370-\u03ff",
    "he": "\u05d0-\u05ea",
    "hy": "\u0531-\u0587",
    "ka": "\u10d0-\u10ff",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
    "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17ff",
    "latin": "a-zA-Z\u00c0-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u04ff",
    "arabic": "\u0600-\u06ff",
    "devanagari": "\u0900-\u097f",
}
_RANGES = sorted(
    (ord(span[i]), ord(span[i + 2]), name) for name, span in _SCRIPTS.items() for i in range(0, len(span), 3)
)
_STARTS = [start for start, _, _ in _RANGES]
_ALPHABETS = {
    "cyrillic": frozenset(("ru", "uk", "be", "bg", "mk", "sr", "kk")),
    "arabic": frozenset(("ar", "fa", "ur")),
    "devanagari": frozenset(("hi", "mr", "ne")),
}
_NOT_LATIN = frozenset().union(*_ALPHABETS.values()) - {"sr"}
# A character of a script without spaces, or of syllables, says as much as several letters.
_DENSE = {"ja": 3, "zh": 3, "ko": 3, "th": 2}
_WORD = re.compile(r"[^\W\d_]+(?:[\u0900-\u0903\u093a-\u094f][^\W\d_]*)*")
_ASCII_WORD = re.compile(r"[a-z]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# Letters that one language of a family has and its neighbours have not.
_LETTERS = {
    "uk": "їєґ",
    "be": "ў",
    "sr": "ђћ",
    "mk": "ѓќѕ",
    "ru": "ыэё",
    "kk": "қңұһ",
    "fa": "پچژگ",
    "ur": "ٹڈڑںے",
    "az": "ə",
    "vi": "ạếộệđư",
    "pl": "ąęłżźśćń",
    "lt": "ėįųū",
    "lv": "ģķļņā",
    "hu": "őű",
    "tr": "ğış",
    "ro": "ășțş",
    "cs": "ěřů",
    "sk": "ľĺŕô",
    "is": "þð",
    "de": "ß",
    "et": "õ",
    "pt": "ãõ",
    "es": "ñ¿¡",
    "da": "æ",
    "no": "æ",
    "sv": "äö",
}
_SAME = dict(
    pair.split("=") for pair in "nb=no nn=no iw=he in=id sh=sr fil=tl ge=ka ua=uk cz=cs jp=ja kr=ko cn=zh".split()
)
# Pairs that common words do not tell apart: the page's own word decides between them.
_TWINS = [set(pair.split("/")) for pair in "hr/sr/bs id/ms da/no cs/sk nl/af gl/pt bg/mk hi/mr/ne".split()]


def _lists() -> list[list[str]]:
    """Returns the lines of _COMMON: a language and its words."""
    return [line.split() for line in re.split(r"\n(?! )", _COMMON.strip())]


def detect_lang(text: str, hint: str | None) -> str | None:
    """Returns the language of `text` as a two-letter tag; `hint` (the page's claim) decides only where the text does
    not.

    Norwegian is "no" in either written form. None if neither text nor hint says anything.
    """
    hint = _primary(hint)
    sample = text[:_SAMPLE].lower()
    letters = Counter("".join(_NOT_ASCII.findall(sample))) if not sample.isascii() else Counter[str]()
    share = _scripts(letters)
    share["latin"] += len(sample) - letters.total() - sample.count(" ")
    script = max(share, key=lambda name: share[name] * _DENSE.get(name, 1))
    if script == "zh" and share["ja"] > 0.03 * share["zh"]:
        return "ja"
    if script not in ("latin", "cyrillic", "arabic", "devanagari"):
        return script
    return _by_words(sample, letters, script, hint)


def _primary(hint: str | None) -> str | None:
    """Returns the first part of a language tag, in today's code."""
    primary = re.split(r"[-_,; ]", (hint or "").strip().lower(), maxsplit=1)[0]
    primary = _SAME.get(primary, primary)
    return primary if 2 <= len(primary) <= 3 and primary.isascii() and primary.isalpha() else None


def _scripts(letters: Counter[str]) -> Counter[str]:
    """Returns how many letters of each script there are."""
    share: Counter[str] = Counter()
    for letter, count in letters.items():
        place = bisect_right(_STARTS, ord(letter)) - 1
        if place >= 0 and ord(letter) <= _RANGES[place][1]:
            share[_RANGES[place][2]] += count
    return share


def _by_words(sample: str, letters: Counter[str], script: str, hint: str | None) -> str | None:
    scores: dict[str, float] = {}
    weights = _table()[script]
    words = _WORD.findall(sample) if letters else _ASCII_WORD.findall(sample)
    for word, count in Counter(filter(weights.__contains__, words)).items():
        for lang, weight in weights[word]:
            scores[lang] = scores.get(lang, 0.0) + weight * count
    if letters:
        for lang, signs in _LETTERS.items():
            if lang in scores and (shown := sum([letters[sign] for sign in signs if sign in letters])):
                scores[lang] *= 1 + min(1.0, 60 * shown / len(sample))
    return _decide(scores, hint) if scores else hint


def _decide(scores: dict[str, float], hint: str | None) -> str | None:
    best = max(scores, key=lambda lang: scores[lang])
    score = scores[best]
    if score < _MIN_HITS:
        return hint or best
    if hint in scores and hint is not None:
        if scores[hint] > 0.9 * score:
            return hint
        if any(hint in twins and best in twins for twins in _TWINS) and scores[hint] > 0.8 * score:
            return hint
    return best


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[tuple[str, float], ...]]]:
    """Returns script -> word -> (language, weight): a word that many languages share weighs less in each."""
    langs: dict[str, set[str]] = {}
    for lang, *words in _lists():
        for word in words:
            langs.setdefault(word, set()).add(lang)
    tables: dict[str, dict[str, tuple[tuple[str, float], ...]]] = {}
    for script, allowed in (("latin", None), *_ALPHABETS.items()):
        tables[script] = {
            word: tuple((lang, 1 / len(found) ** 0.5) for lang in sorted(kept))
            for word, found in langs.items()
            if (kept := found & allowed if allowed else found - _NOT_LATIN)
        }
    return tables


def common_words(text: str) -> frozenset[str]:
    """Returns the commonest words, folded, of the language that `text` is in; empty if its language has no list."""
    return _folded().get(detect_lang(text, None) or "", frozenset())


@lru_cache(maxsize=1)
def _folded() -> dict[str, frozenset[str]]:
    return {lang: frozenset(map(fold, words)) for lang, *words in _lists()}


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Returns the commonest words of all languages, lower case: running text is full of them, labels and names are
    not."""
    return frozenset(word for _, *words in _lists() for word in words)
