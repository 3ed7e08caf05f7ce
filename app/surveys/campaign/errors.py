"""What can go wrong with a campaign. The errors carry data; pages find the words."""

from datetime import date, datetime


class CampaignError(Exception):
    """Any refusal of a campaign command."""


class VersionTakenError(CampaignError):
    """Another questionnaire was already published under this code and version."""

    def __init__(self, code: str, version: int) -> None:
        super().__init__(code, version)
        self.code = code
        self.version = version


class UnknownInstrumentError(CampaignError):
    """No questionnaire with this digest is published."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


class DamagedInstrumentError(CampaignError):
    """A stored questionnaire no longer has the content its digest promises."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


class BadCodeError(CampaignError):
    """A campaign code is not 1 to 16 lower-case letters, digits and hyphens."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CampaignExistsError(CampaignError):
    """A campaign with this code is already there."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadDatesError(CampaignError):
    """A campaign would close before it opens."""

    def __init__(self, opens_on: date, closes_on: date) -> None:
        super().__init__(opens_on, closes_on)
        self.opens_on = opens_on
        self.closes_on = closes_on


class WrongStateError(CampaignError):
    """The campaign was opened before; its frame never changes again."""

    def __init__(self, code: str, state: str) -> None:
        super().__init__(code, state)
        self.code = code
        self.state = state


class CampaignOverError(CampaignError):
    """The campaign cannot be opened: its last day has passed."""

    def __init__(self, code: str, closes_on: date) -> None:
        super().__init__(code, closes_on)
        self.code = code
        self.closes_on = closes_on


class EmptyRegisterError(CampaignError):
    """The register holds no living household to ask."""


class EmptyEvidenceError(CampaignError):
    """An exclusion needs evidence in words."""


class AlreadyExcludedError(CampaignError):
    """An exclusion of this household was already asked for or approved."""

    def __init__(self, member_id: int) -> None:
        super().__init__(member_id)
        self.member_id = member_id


class AnsweredError(CampaignError):
    """A home with a counted answer does not leave the base: somebody lives there and said so."""

    def __init__(self, returned_at: datetime) -> None:
        super().__init__(returned_at)
        self.returned_at = returned_at


class OwnRequestError(CampaignError):
    """Who asks for an exclusion does not approve it."""

    def __init__(self, member_id: int) -> None:
        super().__init__(member_id)
        self.member_id = member_id


class NotApprovedError(CampaignError):
    """Only an approved exclusion is taken back."""

    def __init__(self, member_id: int) -> None:
        super().__init__(member_id)
        self.member_id = member_id


class AlreadyApprovedError(CampaignError):
    """An approved exclusion is settled."""

    def __init__(self, member_id: int) -> None:
        super().__init__(member_id)
        self.member_id = member_id


class FrozenError(CampaignError):
    """The community's answers are frozen, so its base and its gate no longer change."""

    def __init__(self, frozen_at: datetime) -> None:
        super().__init__(frozen_at)
        self.frozen_at = frozen_at


class HeldError(CampaignError):
    """An integrity hold is in place: nothing of the community is released or frozen."""

    def __init__(self, held_at: datetime) -> None:
        super().__init__(held_at)
        self.held_at = held_at


class WaiverError(CampaignError):
    """Any refusal of a waiver."""


class DeadlineNotReachedError(WaiverError):
    """Too early: the deadline has not passed."""

    def __init__(self, deadline: datetime) -> None:
        super().__init__(deadline)
        self.deadline = deadline


class RateMetError(WaiverError):
    """The rate is met, so there is nothing to waive."""


class AlreadyWaivedError(WaiverError):
    """A waiver was already recorded."""

    def __init__(self, waived_at: datetime) -> None:
        super().__init__(waived_at)
        self.waived_at = waived_at


class EmptyReasonError(WaiverError):
    """A waiver needs a reason in words."""
