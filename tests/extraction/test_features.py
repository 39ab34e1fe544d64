"""Features of blocks: what stands in the columns that the models of the package were trained with."""

import numpy as np
import pytest

from aggregator.dom import parse
from aggregator.extraction.body import wording
from aggregator.extraction.body.blocks import walk
from aggregator.extraction.body.classify import with_surroundings
from aggregator.extraction.body.features import BlockFeatures, StatedFacts, measure
from aggregator.extraction.body.trees import trees

PROSE = "The council met on Tuesday and decided that the bridge over the river will be rebuilt next year."
TEXT = f"<div class=text><p>{PROSE} It said so.</p><p>“So it is,” he said.</p></div>"
HTML = f"<h1>Old bridge</h1><p class=lead>{PROSE}</p>{TEXT}"


def features() -> BlockFeatures:
    return measure(walk(parse(HTML)), StatedFacts(title="Old bridge"))


def test_columns_say_what_stands_in_them() -> None:
    found = features()
    block = dict(zip(found.names, found.columns[:, 1].tolist(), strict=True))
    assert len(block) == len(found.names)
    assert block["chars"] == len(PROSE)
    assert block["tag:p"] == block["own:lead"] == block["previous_tag:h1"] == 1
    assert block["blocks_from_title"] == block["ends_sentence"] == block["starts_upper"] == 1
    assert block["tag:h1"] == block["link_share"] == block["next_tag:h1"] == 0


@pytest.mark.parametrize("model", ["blocks", "blocks_again", "lead"])
def test_models_find_their_columns(model: str) -> None:
    found = with_surroundings(features(), np.full(4, 0.5))
    assert {*trees(f"body/{model}").names} <= {*(features() if model == "blocks" else found).names}


def test_words_and_characters_are_counted_text_by_text() -> None:
    texts = ["It’s so, “he said”. Is_it? 12 İzmir.", "", "|", "好。好，" + "1" * 200, "x " * 300]
    words, counts = wording.read(texts)
    assert words[0] == ["it", "s", "so", "he", "said", "is", "it", "12", "i", "zmir"]
    assert words[1:] == [[], [], ["好", "好", "1" * 200], []]
    assert counts[wording.SENTENCE].tolist() == [3, 0, 0, 1, 0]
    assert counts[wording.COMMA].tolist() == [1, 0, 0, 1, 0]
    assert counts[wording.QUOTE].tolist() == [1, 0, 0, 0, 0]
    assert counts[wording.PIPE].tolist() == [0, 0, 1, 0, 0]
    assert counts[wording.DIGIT].tolist() == [2, 0, 0, 156, 0]
