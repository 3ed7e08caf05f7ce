"""Receipt codes: no letter that is misread, and every slip of the pen found."""

import string

from hypothesis import given
from hypothesis import strategies as st

from app.surveys.response.receipts import ALPHABET, format_receipt, make_receipt, read_receipt

codes = st.builds(make_receipt)


def test_the_letters_that_are_misread_never_occur():
    assert set("0O1ILUZ").isdisjoint(ALPHABET)
    assert set(ALPHABET) == set(string.digits + string.ascii_uppercase) - set("0O1ILUZ")
    assert len(ALPHABET) == 29  # a prime: the check needs one


def test_a_thousand_codes_differ_and_read_back():
    made = [make_receipt() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert all(len(code) == 11 and read_receipt(code) == code for code in made)


@given(codes)
def test_a_code_is_read_as_people_copy_it(code):
    assert read_receipt(f" {format_receipt(code).lower()} ") == code
    assert read_receipt(" ".join(code)) == code


def test_a_code_is_shown_in_groups():
    assert format_receipt("ABCDEFGHJKM") == "ABCD-EFGH-JKM"


def test_a_known_code_has_the_check_worked_out_by_hand():
    # 2 2 2 2 2 2 2 2 2 3: nine zeros and a one in the tenth place, weight 11 -> 11 -> "D"
    assert ALPHABET[11] == "D"
    assert read_receipt("2222222223D") == "2222222223D"


@given(codes, st.integers(0, 10), st.sampled_from(ALPHABET))
def test_every_single_wrong_letter_is_found(code, place, letter):
    wrong = code[:place] + letter + code[place + 1 :]
    assert read_receipt(wrong) == (code if letter == code[place] else None)


@given(codes, st.integers(0, 10), st.integers(0, 10))
def test_every_swap_of_two_letters_is_found(code, one, other):
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    swapped = "".join(letters)
    assert read_receipt(swapped) == (code if swapped == code else None)


@given(st.text())
def test_any_text_can_be_tried(text):
    found = read_receipt(text)
    assert found is None or set(found) <= set(ALPHABET)
