"""Letters and slips that bring every home its own link: address, QR code, code to type.

Links and codes are made again from the vault each time; only their hashes are stored. The page
of a building shows them, and the browser prints them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from markupsafe import Markup

from app.reports.wording import address_of
from app.surveys.campaign.codes import format_code
from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.tokens import code_address, link, make_token, make_typed_code
from app.vault import Vault

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
        rate: The required rate and what it was before, in words.
    """

    company: str
    community: str
    office_phone: str
    campaign: str
    closes_on: date
    minutes: int
    is_demo: bool = False
    phone: str = ""
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """One home's part: where it goes and how it gets in.

    Attributes:
        address: Building and room.
        qr: Its link as a QR code.
        door: Address without the scheme, where the code is typed when nothing can be scanned.
        code: The code to type, in groups.
    """

    address: str
    qr: Markup
    door: str
    code: str


def make_slips(vault: Vault, members: Sequence[FrameMember], public_url: str) -> list[Slip]:
    """Return the slips of some homes, in the order given.

    Args:
        vault: Makes the tokens again.
        members: Homes of a frame; excluded homes are left out by the query that lists them.
        public_url: Address owners see, without a trailing slash.
    """
    door = code_address(public_url).partition("://")[2]
    return [
        Slip(
            address=address_of(member.building, member.room),
            qr=qr_svg(link(public_url, make_token(vault, member.pseudonym))),
            door=door,
            code=format_code(make_typed_code(vault, member.pseudonym)),
        )
        for member in members
    ]


def sheets_of(slips: Sequence[Slip]) -> list[Sequence[Slip]]:
    """Return slips eight by eight, as they share a sheet."""
    return [slips[i : i + SLIPS_ON_A_SHEET] for i in range(0, len(slips), SLIPS_ON_A_SHEET)]


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
