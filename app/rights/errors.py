"""Refusals of this package; each carries data, no sentence."""


class RightsError(ValueError):
    """A demand of an owner cannot be met as it was put."""


class NoReasonError(RightsError):
    """A demand needs a reason and what proves who demands it."""


class UnknownRequestError(RightsError):
    """There is no such request, or it is settled."""


class SamePersonError(RightsError):
    """Who wrote a request down may not carry it out; carries the account."""


class WrongAddressError(RightsError):
    """The address that was typed is not that of the home."""


class AlreadyAskedError(RightsError):
    """The erasure of this home is asked for already; carries the request."""


class NoAnswerError(RightsError):
    """The home has no answer that counts in this campaign."""


class KeyInUseError(RightsError):
    """Something is still sealed with the key; carries where."""


class ComplaintStaysError(RightsError):
    """Who complained cannot be erased by himself: a home's erasure does it, or it is open."""
