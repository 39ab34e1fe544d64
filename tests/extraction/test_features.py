"""Features of blocks: the columns that the models of the package were trained with, in their order."""

import numpy as np
import pytest

from aggregator.dom import parse
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
    block = dict(zip(found.names, found.rows[1].tolist(), strict=True))
    assert len(block) == len(found.names)
    assert block["chars"] == len(PROSE)
    assert block["tag:p"] == block["own:lead"] == block["previous_tag:h1"] == 1
    assert block["blocks_from_title"] == block["ends_sentence"] == block["starts_upper"] == 1
    assert block["tag:h1"] == block["link_share"] == block["next_tag:h1"] == 0


@pytest.mark.parametrize("model", ["blocks", "blocks_again", "lead"])
def test_models_find_their_columns_in_the_order_they_were_trained_with(model: str) -> None:
    found = with_surroundings(features(), np.full(4, 0.5))
    names = list(features().names) if model == "blocks" else list(found.names)
    places = [names.index(name) for name in trees(f"body/{model}").names]
    assert places == sorted(places)
