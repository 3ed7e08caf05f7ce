"""How far one community has come after the answers: counts and the days they are due."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Coverage:
    """The work after the answers in one community of a campaign.

    Attributes:
        cases: Households that left a comment.
        declined: Of these, those that wish no reply.
        begun: Those with a contact at least, or settled without one.
        closed: Those answered and closed.
        overdue: Open ones past the fourteenth day, or untouched past the seventh.
        start_by, close_by: Those days; None before the clock started.
        visits, visited, visits_overdue: Important customers to visit, visited, and late.
        answers_due, answers_published: Shared problems without and with a public answer.
        replies_rated, replies_satisfied: Replies owners judged, and those they are satisfied with.
    """

    community_id: int
    community: str
    cases: int
    declined: int
    begun: int
    closed: int
    overdue: int
    start_by: date | None
    close_by: date | None
    visits: int
    visited: int
    visits_overdue: int
    answers_due: int
    answers_published: int
    replies_rated: int
    replies_satisfied: int

    @property
    def open(self) -> int:
        """Return how many cases still have to be closed."""
        return self.cases - self.declined - self.closed

    @property
    def untouched(self) -> int:
        """Return how many cases nobody has begun."""
        return self.cases - self.begun

    @property
    def need(self) -> tuple[int, int, int, int]:
        """Return what sorts the communities that need somebody most to the front."""
        waiting = self.visits - self.visited
        return (-self.overdue - self.visits_overdue, -self.untouched, -self.open, -waiting)

    @property
    def is_quiet(self) -> bool:
        """Say whether nothing has come up here at all."""
        return not (self.cases or self.visits or self.answers_due or self.answers_published)
