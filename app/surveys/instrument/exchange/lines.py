"""Where a writer of text writes to, without any file."""


class Lines(list[str]):
    """Keeps what is written, piece by piece."""

    encoding = "utf-8"  # a writer that finds this hands over text, not bytes

    def write(self, piece: str) -> None:
        """Keep one piece."""
        self.append(piece)

    def text(self) -> str:
        """Return everything written."""
        return "".join(self)
