"""What can go wrong with checks of integrity. The errors carry data; pages find the words."""

from app.surveys.response.errors import ResponseError


class IntegrityError(ResponseError):
    """Base of everything that can be wrong with a check."""


class NoWordsError(IntegrityError):
    """A decision, a finding, an appeal or its answer needs a reason in words."""


class AlreadyDrawnError(IntegrityError):
    """The calls of this community were drawn before; a second draw could be chosen among."""


class StillCollectingError(IntegrityError):
    """The deadline has not passed: who knows what is drawn could prepare the answers to come."""


class NothingToCallError(IntegrityError):
    """The community has no counted answer."""


class NothingContradictedError(IntegrityError):
    """No call has contradicted an answer that still counts: there is nothing to void."""


class NoResurveyDayError(IntegrityError):
    """A result was annulled without a day for asking again, or the day has passed."""


class AlreadyDecidedError(IntegrityError):
    """The newest decision says the same for the same reason: the form came twice."""


class NoOtherDecisionError(IntegrityError):
    """An objection was found right, and nothing else than before was decided with that."""


class AnnulledError(IntegrityError):
    """The result was annulled; only an objection that was right opens the matter again."""


class AlreadyAppealedError(IntegrityError):
    """The office has objected to this decision before."""


class AlreadyAnsweredError(IntegrityError):
    """Head office has answered this objection before."""


class BadCountError(IntegrityError):
    """More pieces were conspicuous than looked at, or none was looked at."""
