"""Page codes: nobody makes one without the key, and no slip of a clerk names another sheet."""

import pytest

from app.surveys.campaign.codes import ALPHABET, CodeSlipError
from app.surveys.paper.codes import (
    ForgedCodeError,
    PageCode,
    UnknownCodeError,
    make_code,
    make_typed,
    read_code,
    read_typed,
)
from app.surveys.paper.layout.page_text import ALPHABET as SIGNS
from app.surveys.paper.layout.page_text import split_code
from app.vault import Vault

VAULT = Vault(b"a" * 32)
CODE = PageCode(sheet=2**45 - 19, page=2, copy=7, layout="7K5QV2", campaign=3)


def test_a_page_code_says_what_it_was_made_of_and_fits_a_code_of_29_modules_at_level_h():
    text = make_code(VAULT, CODE)
    assert read_code(VAULT, text) == CODE
    assert len(text) == 35  # version 3, level H, alphanumeric (ISO/IEC 18004, table 7)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_the_reader_takes_a_page_code_apart_without_the_key():
    said = split_code(make_code(VAULT, CODE))
    assert (said.layout, said.sheet, said.page, said.copy) == ("7K5QV2", CODE.sheet, 2, 7)


def test_every_single_changed_sign_of_a_page_code_is_refused():
    text = make_code(VAULT, CODE)
    for at in range(len(text)):
        for sign in SIGNS:
            changed = text[:at] + sign + text[at + 1 :]
            if changed != text:
                with pytest.raises((ForgedCodeError, UnknownCodeError)):
                    read_code(VAULT, changed)


def test_the_code_of_another_installation_is_forged_and_other_texts_are_unknown():
    with pytest.raises(ForgedCodeError):
        read_code(Vault(b"b" * 32), make_code(VAULT, CODE))
    for text in ("", "https://example.org/t/abc", "LS1", make_code(VAULT, CODE).lower(), "Ä" * 35):
        with pytest.raises(UnknownCodeError):
            read_code(VAULT, text)


def test_numbers_without_room_in_a_page_code_are_refused():
    for wrong in (
        PageCode(2**45, 1, 1, "7K5QV2", 3),
        PageCode(1, 32, 1, "7K5QV2", 3),
        PageCode(1, 1, 1024, "7K5QV2", 3),
        PageCode(1, 1, 1, "7K5QV", 3),
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - carries the number
            make_code(VAULT, wrong)
        assert caught.value.args[0] in (2**45, 32, 1024, "7K5QV")


def test_the_keyed_code_names_sheet_and_page_in_any_way_of_typing():
    typed = make_typed(CODE.sheet, 2)
    assert len(typed) == 13
    assert read_typed(typed) == (CODE.sheet, 2)
    assert read_typed(f" {typed.lower().replace('-', ' ')} ") == (CODE.sheet, 2)
    assert read_typed(make_typed(0, 1)) == (0, 1)


def test_every_wrong_sign_and_every_swap_of_neighbours_in_a_keyed_code_is_found():
    plain = make_typed(123_456_789_012, 1).replace("-", "").lower()
    for at, right in enumerate(plain):
        for sign in ALPHABET:
            if sign != right:
                with pytest.raises(CodeSlipError):
                    read_typed(plain[:at] + sign + plain[at + 1 :])
    for at in range(len(plain) - 1):
        if plain[at] != plain[at + 1]:
            swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
            with pytest.raises(CodeSlipError):
                read_typed(swapped)
