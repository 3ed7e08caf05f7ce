"""Letters and slips that bring every home its own link: address, QR code, code to type.

Links are made again from the vault each time; nothing of them is stored. The page of a building
shows them, and the browser prints them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from markupsafe import Markup

from app.reports.wording import address_of
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.tokens import link, make_token
from app.vault import Vault

_GROUP = 4
SLIPS_ON_A_SHEET = 8


@dataclass(frozen=True, slots=True)
class LetterHead:
    """What all letters of a building share.

    Attributes:
        company, community, office_phone: As people know them; the phone may be empty.
        campaign: The survey.
        closes_on: Last day to answer.
        minutes: Minutes the questionnaire takes.
        is_demo: All data is invented.
        phone: Telephone of the head office; empty when there is none.
    """

    company: str
    community: str
    office_phone: str
    campaign: str
    closes_on: date
    minutes: int
    is_demo: bool = False
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """One home's part: where it goes and how it gets in."""

    address: str
    link: str
    code: str
    qr: Markup


def make_slips(vault: Vault, members: Sequence[FrameMember], public_url: str) -> list[Slip]:
    """Return the slips of some homes, in the order given.

    Args:
        vault: Makes the tokens again.
        members: Homes of a frame; excluded homes are left out by the query that lists them.
        public_url: Address owners see, without a trailing slash.
    """
    slips = []
    for member in members:
        token = make_token(vault, member.pseudonym)
        way_in = link(public_url, token)
        slips.append(
            Slip(
                address=address_of(member.building, member.room),
                link=way_in,
                code=spaced(token),
                qr=qr_svg(way_in),
            )
        )
    return slips


def sheets_of(slips: Sequence[Slip]) -> list[Sequence[Slip]]:
    """Return slips eight by eight, as they share a sheet."""
    return [slips[i : i + SLIPS_ON_A_SHEET] for i in range(0, len(slips), SLIPS_ON_A_SHEET)]


def spaced(token: str) -> str:
    """Return a token in groups of four, as people type it; blanks are ignored on entry."""
    return " ".join(token[i : i + _GROUP] for i in range(0, len(token), _GROUP))


def qr_svg(content: str) -> Markup:
    """Return a QR code (level M) as SVG with its quiet zone, black on white, one path."""
    code = segno.make(content, error="m", micro=False)
    quiet = 4
    size = code.symbol_size(border=quiet)[0]
    runs = []
    for y, row in enumerate(code.matrix, start=quiet):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + quiet} {y}h{x - start}v1h-{x - start}z")
            x += 1
    return Markup(  # noqa: S704 - numbers only
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" class="qr" '
        f'shape-rendering="crispEdges" aria-hidden="true"><path d="M0 0h{size}v{size}h-{size}z" '
        f'fill="#fff"/><path d="{"".join(runs)}" fill="#000"/></svg>'
    )
