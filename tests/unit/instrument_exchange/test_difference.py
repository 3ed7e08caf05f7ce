"""Two versions: a corrected wording keeps a series, another scale ends it."""

from app.surveys.instrument.exchange.difference import Weight, difference, is_comparable
from app.surveys.instrument.load import load_instrument
from tests.unit.instrument.examples import SMALL, small


def changed(*replacements: tuple[str, str]):
    text = SMALL
    for before, after in replacements:
        assert before in text
        text = text.replace(before, after)
    return load_instrument(text, "changed").instrument


def test_the_same_version_has_no_changes() -> None:
    assert difference(small(), small()) == ()


def test_a_corrected_text_is_wording_and_keeps_the_series() -> None:
    changes = difference(small(), changed(("Checks strangers", "Strangers are checked")))
    assert [(one.weight, one.subject, one.language, one.after) for one in changes] == [
        (Weight.WORDING, "attribute.gate.strict", "en", "Strangers are checked")
    ]
    assert is_comparable(changes)


def test_another_set_of_satisfied_points_breaks_the_series() -> None:
    changes = difference(small(), changed(("satisfied: [4, 5]", "satisfied: [5]")))
    assert [(one.weight, one.kind, one.before, one.after) for one in changes] == [
        (Weight.BREAKING, "scale_satisfied", "4, 5", "5")
    ]
    assert not is_comparable(changes)


def test_a_renamed_item_is_gone_and_a_new_one_is_added() -> None:
    changes = difference(small(), changed(("code: strict", "code: careful")))
    assert [(one.weight, one.kind, one.subject) for one in changes] == [
        (Weight.BREAKING, "item_gone", "attribute.gate.strict"),
        (Weight.ADDED, "item_added", "attribute.gate.careful"),
    ]


def test_other_blocks_and_minutes_stand_around_the_questions() -> None:
    changes = difference(small(), changed(("{under: 100, areas: 3}", "{under: 200, areas: 3}")))
    assert [(one.weight, one.kind) for one in changes] == [(Weight.AROUND, "blocks")]
    assert is_comparable(changes)
