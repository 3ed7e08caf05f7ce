"""What can go wrong when contact with a household is recorded."""

from app.surveys.campaign.models import Outcome


class NotSayableError(Exception):
    """Only a counted answer gives this outcome; nobody records it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class EventKeyTakenError(Exception):
    """The key was used for an event of another household, or of another kind."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
