"""What letters and slips share: their head, and a home's link as a QR code."""

from dataclasses import dataclass
from datetime import date

import segno
from markupsafe import Markup

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
