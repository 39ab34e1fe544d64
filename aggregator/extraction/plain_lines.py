"""Features of the lines of a text that was scraped without its markup: what a line is like, and what stands around it.

None of them is a word list of one site or language, but for `pitch`: what pages say when they speak of themselves.
"""

import math
import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from aggregator.extraction.language import common_words
from aggregator.text import UNSPACED, fold, words

_UNSPACED = re.compile(f"[{UNSPACED}\uac00-\ud7af]")
_END = re.compile(r"[.!?…。！？؟।။៕][\"'”’»«“\)\]」』）】›*]*(?:\s*\[?\d{1,3}\]?)?\s*$")
_INNER = re.compile(r"[^\W\d_]{2}[.!?…؟।][\"'”’»“\)\]]*\s+[\"'“„«‘(¿¡\[–-]*[^\W\d_]|[。！？](?!$)")
_QUOTE = re.compile(r"^[\"'“„«‘»「『《–—-]\s?\w")
_CLOCK = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b(?:19|20)\d\d\b|\d\s?[年月日時分년월일]"
)
_READING = re.compile(
    r"[-+−]?\d+(?:[.,]\d+)?\s*(?:°\s*[cf]?|[cf]\b|℃|℉|%|km/h|mph|hpa|mm\b|€|\$|£)|[€$£¥₹]\s*\d", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://|www\.|\S@\S+\.\w|(?:^|\s)@\w|\.(?:com|org|net)\b", re.IGNORECASE)
_AGENCY = r"(?:getty(?: images)?|afp|reuters|epa|dpa|ap|pa|imago\w*|picture[ -]alliance|shutterstock|istock\w*|zuma|xinhua|keystone|ansa|efe|ntb|tt|anp|belga|lusa|tass|keystone|unsplash|wikimedia|screenshot|instagram|アフロ|共同|ＡＰ|ロイター|時事)"
_CREDIT = re.compile(
    r"[©®|•›»→▶►↑■★☆]|\(c\)|^(?:fotos?|photos?|image|bild(?:er)?|quelle|source|credit|legende|caption|pictured?|file|imagen|foto de|abb|bildunterschrift)\b"
    r"|\((?:[^()]{0,40}\s)?(?:fotos?|photos?|images?|pictures?|bild|credit|source|quelle|pic|imagen?|kuva|zdj|фото|תמונה|صورة)\b[^()]*\)|\b(?:fotos?|photo|credit|image|bild|фото|kuva|foto)\s?[:/]|写真|提供|摄|供图|사진"
    rf"|\W{_AGENCY}(?:\s+(?:photos?|images|file|via)\b.*|\W[\w .-]{{0,30}})?\W*$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"[{}]|%[a-z]\b|\b(?:undefined|null|placeholder|javascript|browser|html5?|nbsp)\b|\blorem\b", re.IGNORECASE
)
_YOU = re.compile(
    r"\b(?:you|your|yours|sie|ihre?n?|ihrem|ihrer|du|dich|dir|dein\w*|vous|votre|vos|usted\w*|tu|tus|voce|seu|sua|voi|vostr\w+|tuo|tua|uw|jouw?|je|du|din|dina|ditt|deg|dig|sina|sinun|twoj\w*|twoich|panstwa|vas|vase\w*|vam|"
    r"senin|sizin?|size|anda|kamu|ban|вы|вас|вам|ваш\w*|ви|σας|your)\b|あなた|您|你的|당신|คุณ|आप"
)
# What pages say when they speak of themselves or to the visitor: subscribe, sign in, share, follow, comment, read on, cookies, rights.
_PITCH = re.compile(
    r"\b(?:subscri\w+|newsletters?|sign (?:up|in)|log ?in|register|follow us|share|comments?|read (?:more|next|also)|cookies?|privacy|copyright|rights reserved|advert\w*|sponsored|"
    r"terms of|download|click|inbox|special offers|latest news|stay (?:in touch|updated|informed)|don'?t miss|related|recommended|trending|most (?:read|popular)|more from|editor'?s picks|"
    r"ab(?:o|onn\w+|onnieren)|anmeld\w+|registrier\w+|einloggen|teilen|kommentar\w*|mehr zum thema|lesen sie auch|datenschutz|impressum|anzeige|werbung|merken|drucken|"
    r"abonne\w*|s'inscrire|connexion|partager|commentaires?|lire aussi|a lire|publicite|mentions legales|"
    r"suscri\w+|boletin|inicia sesion|registrate|compartir|comentarios?|lea tambien|leer mas|publicidad|politica de|"
    r"assin\w+|cadastr\w+|compartilh\w+|comentarios|leia (?:tambem|mais)|publicidade|"
    r"iscriviti|abbonati|accedi|condividi|commenti|leggi anche|pubblicita|"
    r"abonneer\w*|inschrijven|inloggen|delen|reacties|lees (?:ook|meer)|advertentie|"
    r"prenumerer\w*|logga in|dela|annons|las (?:mer|ocksa)|tilmeld\w*|log ind|del|annonce|les ogsa|logg inn|meld deg|"
    r"tilaa|kirjaudu|jaa|mainos|lue (?:myos|lisaa)|zapisz sie|zaloguj|udostepnij|komentarze|czytaj (?:tez|takze|wiecej)|reklama|"
    r"prihlas\w*|odebirat|sdilet|diskuze|ctete|reklama|feliratkoz\w*|hirlevel|megosztas|hirdetes|aboneaza\w*|distribuie|citeste si|"
    r"abone|giris yap|kaydol|paylas|yorum\w*|reklam|berlangganan|daftar|masuk|bagikan|komentar|baca juga|iklan|"
    r"dang ky|dang nhap|chia se|binh luan|xem them|quang cao|подпи\w+|воити|поделит\w+|комментари\w*|читаите также|реклам\w+|пидпис\w+|подил\w+|коментар\w*|читаите також|"
    r"εγγραφ\w+|συνδεση|κοινοποι\w+|σχολια|διαβαστε (?:επισης|περισσοτερα)|διαφημισ\w+)\b"
    r"|اشترك|النشرة|تسجيل الدخول|شارك|تعليق|اقرأ أيضا|اقرأ المزيد|إعلان|עדכונים|הירשמו|הרשמה|התחבר|שתפו|תגובות|קראו עוד|פרסומת|सब्सक्राइब|साइन|शेयर|कमेंट|यह भी पढ़ें|विज्ञापन"
    r"|สมัคร|ลงทะเบียน|เข้าสู่ระบบ|แชร์|ติดตาม|ความคิดเห็น|อ่านเพิ่มเติม|โฆษณา|登録|ログイン|購読|シェア|コメント|続きを読む|関連記事|広告|無断転載|订阅|訂閱|登录|登入|注册|註冊|分享|评论|評論|阅读更多|相关阅读|相關|广告|廣告"
    r"|구독|로그인|회원가입|공유|댓글|더보기|관련기사|광고|무단|무단전재|ニュースレター|メルマガ|会員"
)
_NO_STOP = re.compile(r"[\u0e01-\u0eff]")  # Thai and Lao end sentences with a space
_WINDOWS = (3, 8)
_LONG = 60  # units from which a line can hold a sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text. `units`: its length in characters of a script with letters."""

    text: str
    form: str
    units: int
    sentence: float
    values: tuple[float, ...]


def read_lines(lines: list[str]) -> list[Line]:
    """What each line is like by itself and within its text."""
    forms = [fold(line) for line in lines]
    counts = Counter(forms)
    common = common_words("\n".join(line for line in lines if len(line) > _LONG) or "\n".join(lines))
    tokens = [words(form) for form in forms]
    topic = Counter(
        word for line, found in zip(lines, tokens, strict=True) if len(line) > 2 * _LONG for word in set(found) - common
    )
    return [
        _line(line, form, found, counts[form], common, topic)
        for line, form, found in zip(lines, forms, tokens, strict=True)
    ]


def _line(text: str, form: str, found: list[str], count: int, common: frozenset[str], topic: Counter[str]) -> Line:
    dense = len(_UNSPACED.findall(text))
    units = len(text) + dense
    number = max(1, len(found))
    spaceless = bool(_NO_STOP.search(text))
    ends = bool(_END.search(text)) or (spaceless and units >= 120)
    inner = len(_INNER.findall(text))
    unspaced = dense > len(text) // 3
    sentence = min(1.0, units / 120) * (0.25 + 0.5 * ends + 0.25 * min(1, inner)) if units >= 25 else 0.0
    content = [word for word in found if word not in common and (len(word) > 3 or unspaced)]
    shared, capitals = _grammar(text, found, common, ends and units >= _LONG)
    values = (
        math.log1p(units),
        min(units, 400) / 400,
        float(units < 25),
        float(units >= 80),
        float(ends),
        float(ends and units >= _LONG),
        float(ends and units < _LONG),
        min(inner, 4) / 4,
        float(text.endswith((":", "："))),
        min(3, text.count(",") + text.count("、") + text.count("，") + text.count("،")) / 3,
        float(bool(_QUOTE.match(text))),
        float(text[:1].islower()),
        capitals,
        float(text.isupper()),
        min(1.0, 4 * sum(char.isdigit() for char in text) / max(1, len(text))),
        float(bool(_CLOCK.search(text)) and units < 80),
        float(bool(_READING.search(text)) and units < 40),
        float(bool(_ADDRESS.search(text))),
        float(bool(_CREDIT.search(text)) and units < 200),
        min(2, len(_PITCH.findall(form))) / 2 * (1.0 if units < 250 else 0.5),
        float(bool(_PITCH.search(form)) and units < 40),
        min(0.6, shared),
        float(shared == 0),
        min(1.0, sum(topic[word] > (word in content) * (units > 2 * _LONG) for word in content) / max(1, len(content))),
        min(3, count - 1) / 3,
        float(count > 2 and units >= _LONG),
        float(text.endswith(("...", "…", "[…]"))),
        float(text.endswith(("?", "？", "؟"))),
        float(len(found) <= 2),
        float("?" in text[:-1] or "!" in text[:-1]),
        float(bool(_TEMPLATE.search(text))),
        min(1.0, 5 * len(_YOU.findall(form)) / number),
        float(len(_PITCH.findall(form)) > 1 and units >= 60),
    )
    return Line(text, form, units, sentence, values)


def _grammar(text: str, found: list[str], common: frozenset[str], sentence: bool) -> tuple[float, float]:
    """The share of common words, and of words in capitals; what prose or a label has where the script or language
    does not tell."""
    pieces = text.split()
    cased = text.lower() != text.upper()
    capitals = (
        sum(piece[:1].isupper() for piece in pieces) / max(1, len(pieces)) if cased else (0.15 if sentence else 0.5)
    )
    shared = sum(word in common for word in found) / max(1, len(found)) if common else (0.4 if sentence else 0.15)
    return shared, capitals


NAMES = (
    "length", "length_capped", "tiny", "long", "ends", "ends_long", "ends_short", "inner", "colon", "commas", "quote", "lower", "capitals",
    "upper", "digits", "clock", "reading", "address", "credit", "pitch", "pitch_short", "common", "no_common", "topic", "repeated", "thrice", "cut",
    "question", "few_words", "exclaims", "template", "you", "pitch_long",
)  # fmt: skip
AROUND = (
    "before1",
    "before2",
    "before3",
    "after1",
    "after2",
    "after3",
    "near3",
    "near8",
    "short_before",
    "short_after",
    "mass_before",
    "mass_after",
    "place",
    "first",
    "last",
    "middle",
)


def around(lines: list[Line]) -> list[tuple[float, ...]]:
    """What stands around each line: see AROUND. Mass is the share of the text's sentences before and after."""
    mass = [line.sentence * line.units for line in lines]
    total = sum(mass) or 1.0
    sums = [0.0]
    for value in mass:
        sums.append(sums[-1] + value)
    sentences = [line.sentence for line in lines]
    return [_around(i, lines, sentences, sums, total) for i in range(len(lines))]


def _around(i: int, lines: list[Line], sentences: list[float], sums: list[float], total: float) -> tuple[float, ...]:
    def at(j: int) -> float:
        return sentences[j] if 0 <= j < len(sentences) else 0.0

    before, after = sums[i] / total, (sums[-1] - sums[i + 1]) / total
    means = [sum(at(j) for j in range(i - k, i + k + 1) if j != i) / (2 * k) for k in _WINDOWS]
    return (
        at(i - 1), at(i - 2), at(i - 3), at(i + 1), at(i + 2), at(i + 3), *means,
        min(10, _run(lines, i, -1)) / 10, min(10, _run(lines, i, 1)) / 10,
        before, after, i / max(1, len(lines) - 1), float(before == 0), float(after == 0), 4 * before * after,
        *(_near(i, lines, place) for place in _NEAR), _alike(i, lines),
    )  # fmt: skip


_NEAR = tuple(NAMES.index(name) for name in ("ends_long", "tiny", "pitch", "credit"))


def _near(i: int, lines: list[Line], place: int) -> float:
    """The mean of one value over the five lines on either side."""
    window = lines[max(0, i - 5) : i + 6]
    return sum(line.values[place] for line in window) / len(window)


def _alike(i: int, lines: list[Line]) -> float:
    """1 if a neighbour starts and ends with the same words: a list made by a template."""
    own = lines[i].form.split()
    for j in (i - 2, i - 1, i + 1, i + 2):
        other = lines[j].form.split() if 0 <= j < len(lines) else []
        if own and other and len(own) > 1 and ((own[0] == other[0] and own[-1] == other[-1]) or own[:2] == other[:2]):
            return 1.0
    return 0.0


def _run(lines: list[Line], i: int, step: int) -> int:
    """How many lines that are no sentences stand in a row right before or after line i."""
    count, j = 0, i + step
    while 0 <= j < len(lines) and count < 10 and lines[j].sentence < 0.2:
        count, j = count + 1, j + step
    return count


SECOND = (
    "own", "first_before1", "first_before2", "first_after1", "first_after2", "first_near3", "first_near8", "strong_before", "strong_after",
    "gap_before", "gap_after", "between", "run4", "run12", "run_topic",
)  # fmt: skip
_STRONG = 0.6


def second(lines: list[Line], first: list[float]) -> list[tuple[float, ...]]:
    """What the first verdicts (0 to 1) around each line say: see SECOND. Runs are of lines that are surely text, with
    up to 4 or 12 others between them; their weight is a share of the heaviest."""
    strong = [i for i, p in enumerate(first) if p > _STRONG and lines[i].units >= _LONG]
    sums = [0.0]
    for p, line in zip(first, lines, strict=True):
        sums.append(sums[-1] + p * min(line.units, 400))
    runs = [_runs(strong, sums, gap, len(lines)) for gap in (4, 12)]
    topic = Counter(word for i in strong for word in set(words(lines[i].form)))
    return [
        (*_second(i, first, strong, sums), runs[0][i], runs[1][i], _shared(lines[i], topic, i in strong))
        for i in range(len(lines))
    ]


def _runs(strong: list[int], sums: list[float], gap: int, number: int) -> list[float]:
    """For each line, the weight of the run that it is in, as a share of the heaviest run's; 0 outside runs."""
    spans: list[list[int]] = []
    for i in strong:
        if spans and i - spans[-1][1] <= gap:
            spans[-1][1] = i
        else:
            spans.append([i, i])
    weights = [sums[b + 1] - sums[a] for a, b in spans]
    heaviest = max(weights, default=1.0) or 1.0
    found = [0.0] * number
    for (a, b), weight in zip(spans, weights, strict=True):
        for i in range(max(0, a - 2), min(number, b + 2)):
            found[i] = max(found[i], weight / heaviest)
    return found


def _shared(line: Line, topic: Counter[str], own: bool) -> float:
    """The share of a line's longer words that the sure text has too (elsewhere than in this line)."""
    content = [word for word in words(line.form) if len(word) > 4 or not word.isascii()]
    return sum(topic[word] > own for word in content) / max(1, len(content))


def _second(i: int, first: list[float], strong: list[int], sums: list[float]) -> tuple[float, ...]:
    def at(j: int) -> float:
        return first[j] if 0 <= j < len(first) else 0.0

    place = bisect_left(strong, i)
    own = place < len(strong) and strong[place] == i
    gap_before = i - strong[place - 1] if place else 30
    following = place + own
    gap_after = strong[following] - i if following < len(strong) else 30
    total = sums[-1] or 1.0
    means = [sum(at(j) for j in range(i - k, i + k + 1) if j != i) / (2 * k) for k in _WINDOWS]
    p = min(0.999, max(0.001, first[i]))
    return (
        math.log(p / (1 - p)), at(i - 1), at(i - 2), at(i + 1), at(i + 2), *means, sums[i] / total, (sums[-1] - sums[i + 1]) / total,
        1 / gap_before, 1 / gap_after, 1 / max(gap_before, gap_after),
    )  # fmt: skip
