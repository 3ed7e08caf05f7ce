"""The sheet a page was opened for: signed, so that the page itself says whose answers it takes."""

from dataclasses import astuple, dataclass
from typing import cast

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

_SALT = "entry-sheet"


@dataclass(frozen=True, slots=True)
class OpenedSheet:
    """A sheet being keyed in.

    Attributes:
        member_id: Key of the home in its frame.
        key: Idempotency key of the answer.
        form: ``full`` or ``elder``.
        staff_id: Who opened it; nobody else can save it.
        sheet: Number of the printed sheet; 0 where none was printed here.
    """

    member_id: int
    key: str
    form: str
    staff_id: int
    sheet: int = 0

    def signed(self) -> str:
        """Return the sheet as text that nobody can make up or change."""
        return str(_serializer().dumps(astuple(self)))


def read_opened(text: str | None) -> OpenedSheet | None:
    """Return the sheet of a signed text, None when it was not made here."""
    try:
        return OpenedSheet(*_serializer().loads(text or ""))
    except BadData:
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(cast("bytes", current_app.secret_key), salt=_SALT)
