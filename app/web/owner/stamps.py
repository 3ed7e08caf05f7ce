"""When a page was shown: a sealed stamp that travels with its form and cannot be made up."""

import hmac
from datetime import UTC, datetime

from app.web.owner.visitor import Visit
from app.web.services import services


def make_stamp(visit: Visit) -> str:
    """Return a stamp of this second, for this home and device."""
    second = str(int(services().now().timestamp()))
    return f"{second}-{_seal(visit, second).decode()}"


def read_stamp(visit: Visit, text: str) -> datetime | None:
    """Return when a page was shown, None when its stamp is not one of this home and device."""
    second, _dash, seal = text[:40].partition("-")
    if not (second.isascii() and second.isdigit() and len(second) < 12):
        return None
    if not hmac.compare_digest(_seal(visit, second), seal.encode("utf-8", "replace")):
        return None
    return datetime.fromtimestamp(int(second), UTC)


def _seal(visit: Visit, second: str) -> bytes:
    text = f"{visit.member.id}:{visit.device}:{second}"
    return services().vault.keyed_hash("shown", text).hex()[:12].encode()
