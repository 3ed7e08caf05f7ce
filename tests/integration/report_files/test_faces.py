"""The cut Chinese fonts carry every sign that is in common use."""

import io

import pytest
from fontTools.ttLib import TTFont

from app.reports.faces import FACES, cut_faces


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.address)
def test_a_cut_font_has_every_common_character_and_an_eighth_of_the_size(face):
    content = cut_faces()[face.address]
    held = TTFont(io.BytesIO(content)).getBestCmap()
    rows = (bytes((row, place)) for row in range(0xB0, 0xF8) for place in range(0xA1, 0xFF))
    common = "".join(row.decode("gb2312", errors="ignore") for row in rows)
    assert len(common) == 6_763  # the count the standard gives
    assert {ord(sign) for sign in common + "，。：；？！（）“”·ω×≤≥≈①●"} <= held.keys()
    assert len(content) < 3_500_000
