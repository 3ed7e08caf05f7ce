"""How a home is named to its own people: so that they know it and a stranger does not learn it."""

import re

from app.i18n import current_language
from app.i18n import gettext as _

_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_NUMBERED = re.compile(r"(\d+)\s*(?:栋|幢|号楼|棟|號樓)")


def masked_home(building: str, room: str) -> str:
    """Name a home so that its people know it and a stranger does not learn it.

    Of the last number only the first and the last digit are shown: 1-1101 becomes 1-1**1. In
    English a numbered building is told in English.
    """

    def mask(match: re.Match[str]) -> str:
        digits = match[0]
        if len(digits) < 3:
            return digits[0] + "*" * (len(digits) - 1) if len(digits) == 2 else "*"
        return digits[0] + "*" * (len(digits) - 2) + digits[-1]

    masked = _LAST_NUMBER.sub(mask, room)
    numbered = _NUMBERED.fullmatch(building.strip())
    if numbered and current_language() == "en":
        building = numbered[1]
    if building.isascii():
        return _("Building {building}, {room}", building=building, room=masked)
    return f"{building} {masked}"
