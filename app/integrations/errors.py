"""What can go wrong with keys and webhooks. Errors carry data, never sentences."""


class IntegrationError(RuntimeError):
    """Base of everything that can go wrong with other systems."""


class KeyGoneError(IntegrationError):
    """A key was revoked already.

    Attributes:
        key_id: The key.
    """

    def __init__(self, key_id: int) -> None:
        super().__init__(key_id)
        self.key_id = key_id


class WriteTakenError(IntegrationError):
    """The name of a write was used for another request before.

    Attributes:
        name: The Idempotency-Key.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class AddressError(IntegrationError):
    """An address may not be called.

    Attributes:
        problem: ``scheme``, ``host``, ``login``, ``port``, ``too_long``, ``unknown_host`` or
            ``own_network``.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class NothingToSendError(IntegrationError):
    """A message is waiting already, or its webhook is switched off.

    Attributes:
        delivery_id: The message.
    """

    def __init__(self, delivery_id: int) -> None:
        super().__init__(delivery_id)
        self.delivery_id = delivery_id
