"""Answer tokens: unguessable, printable again, and forgiving when typed."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.surveys.campaign.tokens import TOKEN_LENGTH, hash_token, link, make_token
from app.vault import Vault

VAULT = Vault(bytes(range(32)))
pseudonyms = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(pseudonyms)
def test_a_token_carries_all_128_bits_of_its_keyed_hash(pseudonym):
    token = make_token(VAULT, pseudonym)

    digits = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford, written out again
    number = 0
    for letter in token:
        number = number * 32 + digits.index(letter)
    assert len(token) == TOKEN_LENGTH
    assert number.to_bytes(16) == VAULT.keyed_hash("token", pseudonym)[:16]


def test_the_same_token_is_made_again_and_another_key_makes_another():
    assert make_token(VAULT, "ab") == make_token(VAULT, "ab")
    assert make_token(VAULT, "ab") != make_token(Vault(bytes(32)), "ab")
    assert make_token(VAULT, "ab") != make_token(VAULT, "ac")


@given(pseudonyms)
def test_a_token_may_be_typed_in_capitals_with_blanks_and_look_alikes(pseudonym):
    token = make_token(VAULT, pseudonym)
    typed = token.upper().replace("0", "O").replace("1", "I")
    grouped = "-".join(typed[i : i + 5] for i in range(0, len(typed), 5))

    assert hash_token(f" {grouped} ") == hash_token(token)
    assert hash_token(token) == hashlib.sha256(token.encode()).digest()


@given(st.text())
def test_any_text_can_be_looked_up_as_a_token(text):
    assert len(hash_token(text)) == 32


def test_a_lone_surrogate_is_no_token_and_no_error():
    assert len(hash_token("\ud800")) == 32


def test_the_link_is_the_address_on_the_letter():
    assert link("https://survey.example", "abc") == "https://survey.example/t/abc"
