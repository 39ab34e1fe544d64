"""The language of texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extraction.metadata.language import detect_lang

TEXTS = {
    "en": "The council said that the bridge over the river will be rebuilt next year and that it has the money for "
    "this.",
    "de": "Der Rat teilte mit, dass die Brücke über den Fluss im nächsten Jahr neu gebaut wird und dass er das Geld "
    "dafür hat.",
    "fr": "Le conseil a annoncé que le pont sur la rivière sera reconstruit dans un an et que les fonds sont "
    "disponibles pour cela.",
    "es": "El consejo dijo que el puente sobre el río será reconstruido en un año y que ya tiene los fondos para la "
    "obra.",
    "pt": "O conselho disse que a ponte sobre o rio será reconstruída em um ano e que já tem os fundos para a obra, "
    "mas não todos.",
    "it": "Il consiglio ha detto che il ponte sul fiume sarà ricostruito il prossimo anno e che i fondi per i lavori "
    "sono già della città.",
    "nl": "De raad zei dat de brug over de rivier volgend jaar wordt herbouwd en dat het geld er al is, maar nog niet "
    "voor het pad.",
    "sv": "Rådet sade att bron över floden ska byggas om nästa år och att det finns pengar till det, men inte för "
    "vägen.",
    "no": "Rådet sa at broen over elven skal bygges opp igjen neste år og at det er penger til det, men ikke til veien "
    "etter broen.",
    "fi": "Neuvosto sanoi, että joen silta on rakennettava uudelleen ja että se ei ole vielä saanut rahaa, mutta työ "
    "on jo alkanut.",
    "pl": "Rada podała, że most na rzece będzie odbudowany w przyszłym roku i że są już na to pieniądze, ale nie na "
    "drogę.",
    "cs": "Rada uvedla, že most přes řeku bude příští rok znovu postaven a že na to již má peníze, které jsou ale jen "
    "pro most.",
    "hu": "A tanács szerint a folyón lévő hidat jövőre újjáépítik, és hogy már van pénz erre, de az út nem lesz kész.",
    "ro": "Consiliul a spus că podul peste râu va fi reconstruit anul viitor și că are bani pentru această lucrare, "
    "dar nu și din alte surse.",
    "tr": "Meclis, nehir üzerindeki köprünün gelecek yıl yeniden yapılacağını ve bunun için para olduğunu söyledi, ama "
    "yol için değil.",
    "id": "Dewan mengatakan bahwa jembatan di atas sungai itu akan dibangun kembali tahun depan dan dana untuk itu "
    "sudah ada.",
    "vi": "Hội đồng cho biết cây cầu qua sông sẽ được xây lại trong năm tới và đã có tiền cho việc này, nhưng không "
    "cho con đường.",
    "zu": "Umkhandlu uthe ibhuloho lizokwakhiwa kabusha futhi imali isikhona kodwa umgwaqo awukalungi ngoba abantu "
    "basalinde ukuthi kwenzeke.",
    "xh": "Ibhunga lithi ibhulorho iza kwakhiwa kwakhona kwaye imali sele ikhona kodwa indlela ayikalungi kuba abantu "
    "basalindile xa kunye.",
    "ru": "Совет сообщил, что мост через реку будет построен заново в следующем году и что деньги для этого уже есть.",
    "uk": "Рада повідомила, що міст через річку буде збудовано наново наступного року і що гроші для цього вже є.",
    "bg": "Съветът съобщи, че мостът над реката ще бъде построен отново и че парите за това са вече налице.",
    "el": "Το συμβούλιο είπε ότι η γέφυρα θα ξαναχτιστεί του χρόνου.",
    "ar": "قال المجلس إن الجسر الذي على النهر سوف يبنى من جديد في العام المقبل",
    "fa": "شورا گفت که پل روی رودخانه را سال آینده از نو می سازند و پول آن را دارند",
    "he": "המועצה אמרה שהגשר ייבנה מחדש בשנה הבאה",
    "hi": "परिषद ने कहा कि नदी पर पुल अगले साल फिर से बनाया जाएगा और इसके लिए पैसे हैं",
    "th": "สภากล่าวว่าสะพานข้ามแม่น้ำจะสร้างใหม่ในปีหน้า",
    "ja": "議会は、川にかかる橋を来年建て直すと発表した。",
    "zh": "市议会表示，河上的桥明年将重建。",
    "ko": "의회는 강 위의 다리를 내년에 다시 짓겠다고 밝혔다.",
}


@pytest.mark.parametrize("lang", TEXTS)
def test_the_text_decides(lang: str) -> None:
    assert detect_lang(TEXTS[lang], None) == lang
    assert detect_lang(TEXTS[lang], lang) == lang
    if lang not in ("en", "no"):
        assert detect_lang(TEXTS[lang], "en") == lang


@pytest.mark.parametrize(
    ("hint", "expected"),
    [("en-GB", "en"), ("nb_NO", "no"), ("iw", "he"), ("", None), (None, None), ("x-klingon", None)],
)
def test_where_the_text_says_nothing_the_page_does(hint: str | None, expected: str | None) -> None:
    for text in ("", "12 345", "!?"):
        assert detect_lang(text, hint) == expected


def test_twins_are_told_apart_by_the_page() -> None:
    text = "Novi most bit će gotov do kraja godine, a grad je već dao novac za radove."
    assert detect_lang(text, "hr") == "hr"
    assert detect_lang(text, "bs") == "bs"


@given(st.text(), st.none() | st.text(max_size=8))
def test_any_text_has_a_language_or_none(text: str, hint: str | None) -> None:
    found = detect_lang(text, hint)
    assert found is None or 2 <= len(found) <= 3
