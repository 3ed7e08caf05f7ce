"""What can go wrong with a job."""


class LeaseLostError(RuntimeError):
    """The job belongs to another worker by now, or has ended; carries its key."""

    def __init__(self, job_id: int) -> None:
        super().__init__(job_id)
        self.job_id = job_id
