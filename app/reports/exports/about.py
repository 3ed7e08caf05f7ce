"""What an export says about itself, in every form of file. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.surveys.instrument.model import Instrument


@dataclass(frozen=True, slots=True)
class Frozen:
    """One community of an export.

    Attributes:
        community: Its code.
        digest: Digest of its snapshot.
        revision: Revision of that snapshot.
        base, returned, excluded: Homes in the base, those that answered, those left out of it.
        waived: Released by a waiver: results are indicative.
    """

    community: str
    digest: str
    revision: int
    base: int
    returned: int
    excluded: int
    waived: bool


@dataclass(frozen=True, slots=True)
class About:
    """An export.

    Attributes:
        number: Of the order; stands in every file.
        company: Who made it.
        campaign, title, title_en: The survey.
        place: Name of the community, or empty for everything.
        opens_on, closes_on: First and last day of the survey.
        language: Language of the words.
        made_at: When it was made.
        code_version: Version of the code.
        instrument, instrument_digest: What was asked.
        frozen: The communities.
        snapshot: Digest of the snapshot of one community; of several, of the list of theirs.
        dispositions: Homes by how they ended, in codes of AAPOR; empty where nobody counted.
        is_demo: All data is invented.
    """

    number: str
    company: str
    campaign: str
    title: str
    title_en: str
    place: str
    opens_on: date
    closes_on: date
    language: str
    made_at: datetime
    code_version: str
    instrument: Instrument
    instrument_digest: str
    frozen: tuple[Frozen, ...]
    snapshot: str
    dispositions: Mapping[str, int] = field(default_factory=dict)
    is_demo: bool = False

    @property
    def name(self) -> str:
        """Return what it is about in a line, in its language."""
        title = self.title_en if self.language == "en" else self.title
        return f"{title} {self.place}".strip()

    @property
    def base(self) -> int:
        """Return the homes in the base."""
        return sum(one.base for one in self.frozen)

    @property
    def returned(self) -> int:
        """Return the homes that answered."""
        return sum(one.returned for one in self.frozen)

    @property
    def excluded(self) -> int:
        """Return the homes left out of the base."""
        return sum(one.excluded for one in self.frozen)
