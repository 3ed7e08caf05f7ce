"""What a provider is handed, and what it has to offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one home.

    Attributes:
        key: Its name, the same at every try; a provider that knows it sends it once.
        to: Number, OpenID or e-mail address.
        step: ``launch``, ``reminder`` or ``result``: chooses the provider's template.
        subject: Of an e-mail.
        text: The whole text.
        values: What fills the provider's template.
        link: Where a tap leads.
    """

    key: str
    to: str
    step: str
    subject: str
    text: str
    values: Mapping[str, str]
    link: str


class Provider(Protocol):
    """Sends messages, or writes them down as they would be sent."""

    @property
    def suffix(self) -> str:
        """Return the ending of a file with one composed message."""

    def compose(self, message: Outgoing, *, attempt: int, now: datetime) -> bytes:
        """Return exactly what would go over the network for this message."""

    def send(self, message: Outgoing, *, attempt: int, now: datetime) -> str:
        """Send a message and return the provider's number for it.

        Raises:
            NotSentError: It did not leave, and may be tried again later.
            RejectedError: The provider refused this address.
            UnsureError: Nobody knows whether it left.
        """
