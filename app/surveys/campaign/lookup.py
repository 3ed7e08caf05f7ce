"""Which home a letter belongs to: by its link, or by the short code printed beside it."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.surveys.campaign.codes import CodeSlipError
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.queries import find_member_by_code_hash, find_member_by_token_hash
from app.surveys.campaign.tokens import (
    hash_token,
    hash_typed_code,
    make_typed_code,
    read_typed_code,
)
from app.vault import Vault


def find_by_typed_code(session: Session, vault: Vault, text: str) -> FrameMember | None:
    """Return the home of a short code, None when there is none.

    A code is looked up by its keyed hash, so an answer takes as long for a code that is nearly
    right as for any other.

    Raises:
        CodeSlipError: It cannot be a code of ours; the database was not asked.
    """
    return find_member_by_code_hash(session, hash_typed_code(vault, read_typed_code(text)))


def find_by_any_code(session: Session, vault: Vault, text: str) -> FrameMember | None:
    """Return the home of a short code or of the token of a link, None when there is none."""
    try:
        return find_by_typed_code(session, vault, text)
    except CodeSlipError:
        return find_member_by_token_hash(session, hash_token(text))


def give_codes(vault: Vault, members: Iterable[FrameMember]) -> None:
    """Give homes of a frame that is older than short codes theirs, so that they can be printed."""
    for member in members:
        if member.code_hash is None:
            member.code_hash = hash_typed_code(vault, make_typed_code(vault, member.pseudonym))
