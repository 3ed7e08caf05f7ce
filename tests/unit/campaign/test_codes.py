"""Codes to type: every misreading is found before the database is asked."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.surveys.campaign.codes import (
    ALPHABET,
    CodeSlipError,
    Slip,
    format_code,
    make_code,
    read_code,
)
from app.surveys.campaign.tokens import (
    CODE_SYMBOLS,
    hash_typed_code,
    make_typed_code,
    read_typed_code,
)
from app.vault import Vault

VAULT = Vault(bytes(range(32)))
numbers = st.integers(0, 2**60 - 1)


@given(numbers)
def test_a_code_carries_sixty_bits_and_one_check_symbol(number):
    code = make_code(number, 12)
    assert len(code) == 13
    value = 0
    for symbol in code[:12]:
        value = value * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(symbol)  # Crockford
    assert value == number


def test_every_single_wrong_symbol_is_found():
    code = make_code(0x123456789ABCDEF, 12)
    for place in range(13):
        for symbol in ALPHABET:
            wrong = code[:place] + symbol + code[place + 1 :]
            if wrong != code:
                with pytest.raises(CodeSlipError) as error:
                    read_code(wrong, 12)
                assert error.value.slip is Slip.SYMBOL


@given(numbers)
def test_every_swap_of_two_symbols_is_found(number):
    code = make_code(number, 12)
    for a, b in combinations(range(13), 2):
        signs = list(code)
        signs[a], signs[b] = signs[b], signs[a]
        if signs != list(code):
            with pytest.raises(CodeSlipError):
                read_code("".join(signs), 12)


@given(numbers)
def test_a_code_may_be_typed_in_any_case_grouping_and_width_with_look_alikes(number):
    code = make_code(number, 12)
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in code.upper())
    look_alike = code.upper().replace("0", "O").replace("1", "l").replace("V", "U")
    for typed in (format_code(code), f" {' '.join(code)} ", full_width, look_alike):
        assert read_code(typed, 12) == code


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("", Slip.SHORT),
        ("7K3M", Slip.SHORT),
        ("7" * 14, Slip.LONG),
        ("7" * 5000, Slip.LONG),
        ("7K3M-9QXA-2TB?-HK", Slip.SIGN),
        ("七号楼", Slip.SIGN),
        ("\ud800" * 13, Slip.SIGN),
    ],
)
def test_what_cannot_be_a_code_is_said(typed, slip):
    with pytest.raises(CodeSlipError) as error:
        read_code(typed, 12)
    assert error.value.slip is slip


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        code = read_code(text, 12)
    except CodeSlipError:
        return
    assert read_code(format_code(code), 12) == code


def test_a_code_is_printed_in_groups():
    assert format_code("0123456789abc") == "0123-4567-89ABC"
    assert format_code("01234567") == "0123-4567"


def test_the_code_of_a_home_is_made_again_from_the_vault_and_another_key_makes_another():
    code = make_typed_code(VAULT, "ab")
    assert len(code) == CODE_SYMBOLS + 1
    assert read_typed_code(format_code(code)) == code
    assert make_typed_code(VAULT, "ab") == code
    assert make_typed_code(Vault(bytes(32)), "ab") != code
    assert make_typed_code(VAULT, "ac") != code


def test_what_is_stored_of_a_code_needs_the_key_of_the_vault():
    code = make_typed_code(VAULT, "ab")
    assert hash_typed_code(VAULT, code) != hash_typed_code(Vault(bytes(32)), code)
