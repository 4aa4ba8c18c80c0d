"""What can go wrong with the private stack; each sentence carries its remedy, in two languages."""


class StackError(RuntimeError):
    """Something outside Anlan is missing or does not start."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class MissingPieceError(StackError):
    """A program or a user of the operating system is not there."""


class AlreadyRunningError(StackError):
    """Another process works in the same folder."""
