"""The identity of an instrument: canonical JSON and its digest."""

import json
import time
from dataclasses import replace

import pytest

from app.surveys.instrument.canonical import canonical_json, digest, from_canonical
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from tests.unit.instrument.examples import EXTERNAL, changed, published, small

# A published file never changes. If this test fails, write a new version of the questionnaire.
V1_DIGEST = "38ca7bd8f9c03047a0e01b6034fbb4569c9734a3c34d36be3dd0ff598fdf1790"


def outside() -> Instrument:
    return load_instrument(EXTERNAL, "outside.yaml").instrument


def test_the_published_questionnaire_is_the_one_that_was_published() -> None:
    assert digest(published()) == V1_DIGEST


@pytest.mark.parametrize("make", [published, small, outside])
def test_reading_canonical_json_gives_the_same_instrument_and_the_same_text(make) -> None:
    instrument = make()
    text = canonical_json(instrument)
    back = from_canonical(text)
    assert back == instrument
    assert canonical_json(back) == text


def test_the_order_that_mappings_carry_survives() -> None:
    back = from_canonical(canonical_json(published()))
    assert list(back.title.by_language) == ["zh-Hans", "zh-Hant", "en"]
    assert back.title.in_language("fr") == "业主意见调查"
    assert list(back.scales) == list(published().scales)
    assert list(back.scales["satisfaction5"].labels) == [1, 2, 3, 4, 5]


def test_layout_and_comments_of_the_file_do_not_change_the_digest() -> None:
    text = "# a remark\n" + changed("version: 1\n", "version:   1   # first\n\n")
    assert digest(load_instrument(text, "x").instrument) == digest(small())


def test_every_change_of_words_or_scales_changes_the_digest() -> None:
    digests = {digest(small())}
    for old, new in [
        ("en: Checks strangers", "en: Checks stranger"),
        ("missing: {na:", "missing: {none:"),
        ("satisfied: [4, 5]", "satisfied: [5]"),
        ("    - [1, 2]\n    - [1, 3]", "    - [1, 3]\n    - [1, 2]"),
        ("version: 1", "version: 2"),
        ("reverse: true", "reverse: false"),
    ]:
        digests.add(digest(load_instrument(changed(old, new), "x").instrument))
    assert len(digests) == 7


def test_a_field_at_its_default_is_left_out_so_that_new_fields_keep_old_digests() -> None:
    plain = replace(small(), elder_minutes=None)
    assert "elder_minutes" not in json.loads(canonical_json(plain))
    assert digest(plain) != digest(small())


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"format": "something-else/1"}',
        "no json",
        '{"format": "linsheng-instrument/1"}',
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the parser's own ValueError is meant too
        from_canonical(text)


def test_a_page_can_read_the_published_questionnaire_within_50_ms() -> None:
    text = canonical_json(published())
    start = time.process_time()
    for _ in range(10):
        from_canonical(text)
    assert (time.process_time() - start) / 10 < 0.05
