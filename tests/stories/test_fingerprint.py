"""Fingerprints: the same in every process, blind to form, of every script."""

import subprocess
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from aggregator.stories import fingerprint
from aggregator.stories.fingerprint import (
    MAX_UNSAMPLED,
    indexed,
    pack_entities,
    pack_hashes,
    unpack_entities,
    unpack_hashes,
)

SHORT = "The harbour of Velden was closed on Monday after 14 boats broke loose in the storm, officials said."
LONG = " ".join(f"Sentence {n} tells how crew {n * 7} repaired pier {n * 3} before the ferry left." for n in range(90))


def shared(one: str, other: str) -> float:
    a, b = set(fingerprint(one).hashes), set(fingerprint(other).hashes)
    return len(a & b) / max(1, min(len(a), len(b)))


def test_same_in_another_process() -> None:
    code = "import sys; from aggregator.stories import fingerprint; print(fingerprint(sys.argv[1]).hashes)"
    command = [sys.executable, "-c", code, SHORT]
    other = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"})
    assert other.stdout.strip() == str(fingerprint(SHORT).hashes)


def test_short_texts_keep_every_n_gram_and_long_ones_a_quarter() -> None:
    assert len(fingerprint(SHORT).hashes) == 18 - 3
    kept = fingerprint(LONG).hashes
    assert all(value % 4 == 0 for value in kept)
    assert MAX_UNSAMPLED / 4 < len(kept) < fingerprint(LONG).words / 3


def test_long_texts_are_looked_up_by_a_sixteenth_and_short_ones_by_a_quarter() -> None:
    kept, short = fingerprint(LONG).hashes, fingerprint(SHORT * 3).hashes
    assert indexed(kept) == [value for value in kept if value % 16 == 0]
    assert len(kept) / 8 < len(indexed(kept)) < len(kept) / 2
    assert indexed(short) == [value for value in short if value % 4 == 0]


def test_case_accents_form_and_soft_hyphens_do_not_matter() -> None:
    text = "Der Präsident eröffnete am Montag die Brücke über den Fluß in Köln und dankte allen Arbeitern."
    for same in (unicodedata.normalize("NFD", text), text.upper(), text.replace("Präsident", "Prä\u00adsi\u00addent")):
        assert fingerprint(same).hashes == fingerprint(text).hashes


def test_scripts_without_spaces_have_n_grams_of_characters() -> None:
    text = "東京都は月曜日、港の工事を来年の春まで延期すると発表した。費用は三億円増える見通しだ。"
    assert len(fingerprint(text).hashes) > 20
    assert shared(text, "【速報】" + text[:30]) > 0.8
    assert shared(text, "大阪府は火曜日、駅の改修を再来年の秋まで続けると説明した。") < 0.1


def test_entities_are_names_and_numbers() -> None:
    one = fingerprint("The mayor of Velden said the bridge cost 14 million. Yesterday the mayor left.")
    assert set(one.entities) == set(fingerprint("Velden 14 Yesterday").entities)


def test_nothing_to_compare() -> None:
    for text in ("", " \n", "— … !", "Two words"):
        assert fingerprint(text).hashes == ()


@given(st.text())
def test_any_text_has_a_fingerprint_that_can_be_packed(text: str) -> None:
    made = fingerprint(text)
    assert unpack_hashes(pack_hashes(made.hashes)) == made.hashes
    assert unpack_entities(pack_entities(made.entities)) == made.entities
    assert all(-(2**31) <= value < 2**31 for value in made.hashes)
