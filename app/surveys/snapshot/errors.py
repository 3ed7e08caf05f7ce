"""What can go wrong with a snapshot. Errors carry data, never sentences."""


class SnapshotError(RuntimeError):
    """Base of everything that can go wrong with a snapshot."""


class NotReleasedError(SnapshotError):
    """The gate is not released, so nothing may be frozen and nobody may see results.

    Attributes:
        community_id: Community of the gate.
    """

    def __init__(self, community_id: int) -> None:
        super().__init__(community_id)
        self.community_id = community_id


class BadManifestError(SnapshotError):
    """A manifest cannot be read, or says something its files do not hold.

    Attributes:
        field: Name of the field at fault.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class WrongVectorError(SnapshotError):
    """An answer does not have the width its instrument demands; nothing is frozen.

    Attributes:
        pseudonym: The household's name in this campaign's snapshots.
        width: Bytes found.
        expected: Bytes demanded.
    """

    def __init__(self, pseudonym: str, width: int, expected: int) -> None:
        super().__init__(pseudonym, width, expected)
        self.pseudonym = pseudonym
        self.width = width
        self.expected = expected


class ReservedColumnError(SnapshotError):
    """An item has the name of a key column of the snapshot file.

    Attributes:
        code: Code of the item.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ChangedAnswerError(SnapshotError):
    """Counted answers differ from those of the revision before, and no void explains it.

    Attributes:
        community_id: Community of the gate.
        pseudonyms: The households' names in this campaign's snapshots.
    """

    def __init__(self, community_id: int, pseudonyms: tuple[str, ...]) -> None:
        super().__init__(community_id, pseudonyms)
        self.community_id = community_id
        self.pseudonyms = pseudonyms
