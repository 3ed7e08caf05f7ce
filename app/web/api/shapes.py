"""What the API gives: campaigns, communities, tracker, gates, results, public answers."""

from datetime import date, datetime

from pydantic import Field

from app.surveys.campaign.models import CampaignState
from app.surveys.campaign.rules import GateState
from app.web.api.operations import Model


class Page(Model):
    """A page of a list."""

    next: str | None = Field(description="Cursor of the next page; null on the last one.")


class Me(Model):
    """The key itself."""

    name: str
    scopes: list[str]
    communities: list[int] | None = Field(description="Keys; null means all of them.")
    expires_at: datetime
    per_minute: int


class CampaignOut(Model):
    """A campaign that was opened."""

    code: str
    title: str
    title_en: str
    state: CampaignState
    opens_on: date
    closes_on: date
    required_permille: int


class CampaignPage(Page):
    """Campaigns, the oldest first."""

    items: list[CampaignOut]


class CommunityOut(Model):
    """A community of the register, without people."""

    id: int
    code: str
    name: str
    city: str
    office: str
    region: str | None = Field(description="Code of its region.")
    households: int
    handed_over_on: date | None
    retired_on: date | None


class CommunityPage(Page):
    """Communities by key."""

    items: list[CommunityOut]


class TrackerOut(Model):
    """How far collecting has come in one community."""

    community: int
    code: str
    name: str
    office: str
    region: str = Field(description="Code of its region at the opening; empty without one.")
    state: GateState
    base: int
    returned: int
    excluded: int
    begun: int
    delivered: int
    still_needed: int
    days_left: int | None
    meets: bool
    daily: list[int] = Field(description="Homes returned up to the end of each day.")


class TrackerPage(Page):
    """The tracker by key of the community."""

    items: list[TrackerOut]


class GateOut(Model):
    """Where the gate of one community stands."""

    community: int
    state: GateState
    t0: datetime | None
    due_at: datetime | None
    follow_up_due_at: datetime | None
    is_released: bool
    is_indicative: bool
    is_held: bool
    frozen_at: datetime | None
    waived_at: datetime | None


class GatePage(Page):
    """Gates by key of the community."""

    items: list[GateOut]


class Figure(Model):
    """A number with its 95 % interval; null: it cannot be said."""

    value: float | None
    low: float | None
    high: float | None


class HeadOut(Model):
    """The head of a released result."""

    community: int | None = Field(description="Null for the company or a region.")
    code: str = Field(description="Of the community or the region; empty for the company.")
    standing: str = Field(description="full, indicative or suppressed.")
    n: int
    base: int
    returned: int
    index: Figure = Field(description="Satisfaction index, 0 to 100, one decimal.")
    satisfied: float | None = Field(description="Share, 0 to 1, in whole per cent.")
    overall: int | None = Field(
        description="Overall item, 0 to 100: whole, below 100 answers to the nearest five."
    )
    change: Figure = Field(description="Of the index, since the campaign before.")
    change_said: str = Field(description="real, noise, too_small, cannot_tell or empty.")


class ResultPage(Page):
    """Released results by key of the community."""

    items: list[HeadOut]


class ProgressOut(Model):
    """A word on how far a public answer has come."""

    text: str
    published_at: datetime


class PublicAnswerOut(Model):
    """A public answer, as owners read it."""

    id: int
    community: int
    version: int
    title: str
    cause: str
    action: str
    responsible: str
    due_on: date | None
    why_not: str | None
    published_at: datetime
    progress: list[ProgressOut]


class PublicAnswerPage(Page):
    """Public answers by key."""

    items: list[PublicAnswerOut]
