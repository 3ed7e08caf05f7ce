"""What can go wrong with accounts, sign-in and the audit log."""


class BadCredentialsError(Exception):
    """Login or password is wrong; deliberately does not say which."""


class ThrottledError(Exception):
    """Too many failed tries; carries the minutes after which trying makes sense again."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


class LoginTakenError(ValueError):
    """Somebody else has this login; carries it."""

    def __init__(self, login: str) -> None:
        super().__init__(login)
        self.login = login


class NotForThisRoleError(ValueError):
    """All communities are given to a clerk only; carries the role that was asked for."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class WeakPasswordError(ValueError):
    """The password is too short; carries the least number of characters."""

    def __init__(self, least: int) -> None:
        super().__init__(least)
        self.least = least


class BrokenChainError(RuntimeError):
    """The audit log was tampered with; carries the sequence number where the chain breaks."""

    def __init__(self, sequence: int) -> None:
        super().__init__(sequence)
        self.sequence = sequence
