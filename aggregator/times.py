"""Names lengths of time and months, and reads the dates and delays of HTTP headers and durations that people write."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
"""Seconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MAX_RETRY_AFTER = float(WEEK)
"""Seconds of a Retry-After that are believed. A longer one is mostly a mistake; a week loses no feed."""

MAX_CRAWL_DELAY = 300.0
"""Seconds of a Crawl-delay that are kept to; a longer one would keep a site's news from ever being read."""


def iso(seconds: int | None) -> str | None:
    """Writes seconds since 1970 as `2024-05-31T12:30:00Z`; None for None and for what no calendar holds."""
    if seconds is None:
        return None
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None


def http_date(text: str | None) -> datetime | None:
    """Parses the date of a header, in any form that mail knows; aware. None where it is missing or can't be read."""
    try:
        at = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def retry_after(text: str | None, now: datetime | None) -> float | None:
    """Returns the seconds that a Retry-After asks to wait, at most MAX_RETRY_AFTER; None where it is missing or can't
    be read. `now` (aware) is what a date is reckoned from; without it only a number can be read.

    Source: RFC 9110 section 10.2.3.
    """
    wanted = (text or "").strip()
    if wanted.isascii() and wanted.isdigit():
        return min(float(wanted[:18]), MAX_RETRY_AFTER)
    at = http_date(wanted)
    return min(max((at - now).total_seconds(), 0.0), MAX_RETRY_AFTER) if at and now else None


def format_duration(length: timedelta) -> str:
    """Writes a duration as feeds.yaml does: `1h30m`, `2s`, `0`."""
    left = length.total_seconds()
    parts = []
    for unit, seconds in (("d", DAY), ("h", HOUR), ("m", MINUTE)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{int(count)}{unit}")
    if left:
        parts.append(f"{left:g}s" if left == int(left) else f"{left:f}".rstrip("0") + "s")
    return "".join(parts) or "0"


def humanize(length: timedelta | float) -> str:
    """Writes a duration (a number: seconds) in one or two units: `40m`, `3h12m`, `2d4h`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    unit = 1 if seconds < 10 * MINUTE else MINUTE if seconds < DAY else HOUR
    return format_duration(timedelta(seconds=round(seconds / unit) * unit))


MONTHS = {
    "en": "january february march april may june july august september/sept october november december",
    "en-short": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "januar/jänner/jan februar/feber/feb märz/mär/mrz april/apr mai juni/jun juli/jul august/aug "
    "september/sept/sep oktober/okt november/nov dezember/dez",
    "fr": "janvier/janv/jan février/févr/fév mars/mar avril/avr mai juin juillet/juil août/aoû septembre/sept "
    "octobre/oct novembre/nov décembre/déc",
    "es": "enero/ene febrero/feb marzo/mar abril/abr mayo/may junio/jun julio/jul agosto/ago "
    "septiembre/setiembre/sept/sep/set octubre/oct noviembre/nov diciembre/dic",
    "pt": "janeiro/jan fevereiro/fev março/mar abril/abr maio/mai junho/jun julho/jul agosto/ago setembro/set "
    "outubro/out novembro/nov dezembro/dez",
    "it": "gennaio/genn/gen febbraio/febbr/feb marzo/mar aprile/apr maggio/magg/mag giugno/giu luglio/lug agosto/ago "
    "settembre/sett/set ottobre/ott novembre/nov dicembre/dic",
    "nl": "januari/jan februari/feb maart/mrt april/apr mei juni/jun juli/jul augustus/aug september/sept/sep "
    "oktober/okt november/nov december/dec",
    "sv": "januari/jan februari/feb/febr mars/mar april/apr maj juni/jun juli/jul augusti/aug september/sept/sep "
    "oktober/okt november/nov december/dec",
    "da": "januar/jan februar/feb marts/mars/mar april/apr maj/mai juni/jun juli/jul august/aug september/sept/sep "
    "oktober/okt november/nov december/desember/dec/des",
    "fi": "tammikuuta/tammikuu/tammi helmikuuta/helmikuu/helmi maaliskuuta/maaliskuu/maalis "
    "huhtikuuta/huhtikuu/huhti toukokuuta/toukokuu/touko kesäkuuta/kesäkuu/kesä heinäkuuta/heinäkuu/heinä "
    "elokuuta/elokuu/elo syyskuuta/syyskuu/syys lokakuuta/lokakuu/loka marraskuuta/marraskuu/marras "
    "joulukuuta/joulukuu/joulu",
    "is": "janúar/jan febrúar/feb mars/mar apríl/apr maí júní/jún júlí/júl ágúst/ágú september/sept/sep október/okt "
    "nóvember/nóv desember/des",
    "pl": "stycznia/styczeń/sty lutego/luty/lut marca/marzec/mar kwietnia/kwiecień/kwi maja/maj czerwca/czerwiec/cze "
    "lipca/lipiec/lip sierpnia/sierpień/sie września/wrzesień/wrz października/październik/paź "
    "listopada/listopad/lis grudnia/grudzień/gru",
    "cs": "ledna/leden/led února/únor/úno března/březen/bře dubna/duben/dub května/květen/kvě června/červen/čvn "
    "července/červenec/čvc srpna/srpen/srp září/zář října/říjen/říj listopadu/listopad prosince/prosinec/pro",
    "sk": "januára/január/jan februára/február/feb marca/marec/mar apríla/apríl/apr mája/máj júna/jún júla/júl "
    "augusta/august/aug septembra/september/sep októbra/október/okt novembra/november/nov "
    "decembra/december/dec",
    "hu": "január/jan február/febr/feb március/márc/már április/ápr május/máj június/jún július/júl augusztus/aug "
    "szeptember/szept/szep október/okt november/nov december/dec",
    "ro": "ianuarie/ian februarie/feb martie/mart/mar aprilie/apr mai iunie/iun iulie/iul august/aug "
    "septembrie/sept/sep octombrie/oct noiembrie/noi/nov decembrie/dec",
    "hr": "siječnja/siječanj/sij veljače/veljača/velj ožujka/ožujak/ožu travnja/travanj/tra svibnja/svibanj/svi "
    "lipnja/lipanj srpnja/srpanj kolovoza/kolovoz/kol rujna/rujan/ruj listopada/listopad "
    "studenoga/studenog/studeni/stu prosinca/prosinac",
    "sr-Latn": "januara/januar/jan februara/februar/feb marta/mart/mar aprila/april/apr maja/maj juna/jun jula/jul "
    "avgusta/avgust/avg/augusta septembra/septembar/sep oktobra/oktobar/okt novembra/novembar/nov "
    "decembra/decembar/dec",
    "sl": "januarja/januar februarja/februar marca/marec aprila/april maja/maj junija/junij/jun julija/julij/jul "
    "avgusta/avgust/avg septembra/september oktobra/oktober novembra/november decembra/december",
    "lt": "sausio/sausis/saus vasario/vasaris/vas kovo/kovas balandžio/balandis/bal gegužės/gegužė/geg "
    "birželio/birželis/birž liepos/liepa/liep rugpjūčio/rugpjūtis/rugp rugsėjo/rugsėjis/rugs "
    "spalio/spalis/spal lapkričio/lapkritis/lapkr gruodžio/gruodis/gruod",
    "lv": "janvāris/janvārī/janvāra februāris/februārī/februāra marts/martā/marta aprīlis/aprīlī/aprīļa "
    "maijs/maijā/maija jūnijs/jūnijā/jūnija jūlijs/jūlijā/jūlija augusts/augustā/augusta "
    "septembris/septembrī/septembra oktobris/oktobrī/oktobra novembris/novembrī/novembra "
    "decembris/decembrī/decembra",
    "et": "jaanuar/jaan veebruar/veebr märts aprill mai juuni juuli august september oktoober november detsember/dets",
    "tr": "ocak/oca şubat/şub mart/mar nisan/nis mayıs/may haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki "
    "kasım/kas aralık/ara",
    "id": "januari/jan februari/pebruari/feb maret/mar april/apr mei juni/jun juli/jul agustus/agu/agt september/sep "
    "oktober/okt november/nopember/nov desember/des",
    "ms": "januari/jan februari/feb mac april/apr mei jun julai/jul ogos september/sept oktober/okt november/nov "
    "disember/dis",
    "sq": "janari/janar shkurt/shkurti mars/marsi prill/prilli maj/maji qershor/qershori korrik/korriku gusht/gushti "
    "shtator/shtatori tetor/tetori nëntor/nëntori dhjetor/dhjetori",
    "ca": "gener/gen febrer/febr març abril/abr maig juny juliol/jul agost/ag setembre/set octubre/oct novembre/nov "
    "desembre/des",
    "gl": "xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro",
    "eu": "urtarrilaren/urtarrila otsailaren/otsaila martxoaren/martxoa apirilaren/apirila maiatzaren/maiatza "
    "ekainaren/ekaina uztailaren/uztaila abuztuaren/abuztua irailaren/iraila urriaren/urria azaroaren/azaroa "
    "abenduaren/abendua",
    "ru": "января/январь/янв февраля/февраль/фев марта/март/мар апреля/апрель/апр мая/май июня/июнь/июн "
    "июля/июль/июл августа/август/авг сентября/сентябрь/сент/сен октября/октябрь/окт ноября/ноябрь/нояб/ноя "
    "декабря/декабрь/дек",
    "uk": "січня/січень/січ лютого/лютий/лют березня/березень/бер квітня/квітень/квіт/кві травня/травень/трав/тра "
    "червня/червень/черв/чер липня/липень/лип серпня/серпень/серп/сер вересня/вересень/вер "
    "жовтня/жовтень/жовт/жов листопада/листопад/лист/лис грудня/грудень/груд/гру",
    "be": "студзеня/студзень лютага/люты сакавіка/сакавік красавіка/красавік траўня/травень/мая чэрвеня/чэрвень "
    "ліпеня/ліпень жніўня/жнівень верасня/верасень кастрычніка/кастрычнік лістапада/лістапад снежня/снежань",
    "bg": "януари/ян февруари/фев март/мар април/апр май юни юли август/авг септември/септ/сеп октомври/окт "
    "ноември/ноем/ное декември/дек",
    "sr": "јануара/јануар/јануари/јан фебруара/фебруар/февруари/феб марта/март/мар априла/април/апр маја/мај "
    "јуна/јун/јуни јула/јул/јули августа/август/авг септембра/септембар/септември/сеп "
    "октобра/октобар/октомври/окт новембра/новембар/ноември/нов децембра/децембар/декември/дец",
    "el": "ιανουαρίου/ιανουάριος/ιαν φεβρουαρίου/φεβρουάριος/φεβ μαρτίου/μάρτιος/μαρ απριλίου/απρίλιος/απρ "
    "μαΐου/μάιος/μάι/μαϊ ιουνίου/ιούνιος/ιουν ιουλίου/ιούλιος/ιουλ αυγούστου/αύγουστος/αυγ "
    "σεπτεμβρίου/σεπτέμβριος/σεπ οκτωβρίου/οκτώβριος/οκτ νοεμβρίου/νοέμβριος/νοε δεκεμβρίου/δεκέμβριος/δεκ",
    "ar": "يناير فبراير مارس أبريل/ابريل مايو يونيو يوليو أغسطس/اغسطس سبتمبر أكتوبر/اكتوبر نوفمبر ديسمبر",
    "ar-DZ": "جانفي/كانون_الثاني فيفري/شباط آذار أفريل/نيسان أيار/ماي جوان/حزيران جويلية/تموز أوت/آب أيلول/شتنبر "
    "تشرين_الأول تشرين_الثاني/نونبر كانون_الأول/دجنبر",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه/جولای اوت/آگوست سپتامبر اکتبر نوامبر دسامبر",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "he": "ינואר/בינואר פברואר/בפברואר מרץ/במרץ/מרס/במרס אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי אוגוסט/באוגוסט "
    "ספטמבר/בספטמבר אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר",
    "hi": "जनवरी/जन फरवरी/फ़रवरी/फर मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर/सित अक्टूबर/अक्तूबर "
    "नवंबर/नवम्बर/नव दिसंबर/दिसम्बर/दिस",
    "mr": "जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर",
    "bn": "জানুয়ারি/জানুয়ারী ফেব্রুয়ারি/ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "ta": "ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்",
    "te": "జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జులై ఆగస్టు సెప్టెంబర్ అక్టోబర్ నవంబర్ డిసెంబర్",
    "th": "มกราคม/ม.ค กุมภาพันธ์/ก.พ มีนาคม/มี.ค เมษายน/เม.ย พฤษภาคม/พ.ค มิถุนายน/มิ.ย กรกฎาคม/ก.ค สิงหาคม/ส.ค "
    "กันยายน/ก.ย ตุลาคม/ต.ค พฤศจิกายน/พ.ย ธันวาคม/ธ.ค",
    "zh": "一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月",
    "af": "januarie/jan februarie/feb maart/mrt april/apr mei junie/jun julie/jul augustus/aug september/sept "
    "oktober/okt november/nov desember/des",
    "tl": "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "kk": "қаңтар/қаң ақпан/ақп наурыз/нау сәуір/сәу мамыр/мам маусым/мау шілде/шіл тамыз/там қыркүйек/қыр қазан/қаз "
    "қараша/қар желтоқсан/жел",
    "uz": "yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr",
    "gu": "જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઑગસ્ટ સપ્ટેમ્બર ઑક્ટોબર નવેમ્બર ડિસેમ્બર",
    "kn": "ಜನವರಿ ಫೆಬ್ರವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್",
    "ml": "ജനുവരി ഫെബ്രുവരി മാർച്ച് ഏപ്രിൽ മേയ് ജൂൺ ജൂലൈ ഓഗസ്റ്റ് സെപ്റ്റംബർ ഒക്ടോബർ നവംബർ ഡിസംബർ",
    "pa": "ਜਨਵਰੀ ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ",
    "ne": "जनवरी फेब्रुअरी मार्च अप्रिल मे जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर",
    "az": "yanvar/yan fevral/fev mart/mar aprel/apr may iyun iyul avqust/avgust sentyabr oktyabr noyabr dekabr",
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
    "ka": "იანვარი/იანვარს თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი",
    "hy": "հունվարի/հունվար փետրվարի/փետրվար մարտի/մարտ ապրիլի/ապրիլ մայիսի/մայիս հունիսի/հունիս հուլիսի/հուլիս "
    "օգոստոսի/օգոստոս սեպտեմբերի/սեպտեմբեր հոկտեմբերի/հոկտեմբեր նոյեմբերի/նոյեմբեր դեկտեմբերի/դեկտեմբեր",
}
"""Names of the months by language, January to December, as they stand in dates; behind "/" other forms and short ones.

Where a name is another month elsewhere ("listopad" is October in Croatian, November in Czech, Polish and
Ukrainian), the language that stands first has it.
"""

JALALI_MONTHS = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
"""Names of the months of the Iranian calendar, from Farvardin (March) on."""


def month_names(languages: Iterable[str]) -> dict[str, int]:
    """Returns the first form of each month in these languages, keys of MONTHS, with its number 1 to 12."""
    return {forms.split("/")[0]: number for one in languages for number, forms in enumerate(MONTHS[one].split(), 1)}


def all_months(form: Callable[[str], str]) -> dict[str, int]:
    """Returns the names of months in all languages, all forms, as `form` makes them, with their numbers 1 to 12."""
    found: dict[str, int] = {}
    for names in MONTHS.values():
        for number, forms in enumerate(names.split(), 1):
            for one in forms.replace("_", " ").split("/"):
                found.setdefault(form(one), number)
    return found
