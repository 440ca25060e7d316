"""What is wrong with the sealed log or its key, said to whoever has to mend it."""

from luoshi.kernel.text import T


class LogProblem(Exception):
    """Sealing or publishing stops; `text` says in both languages why and what to do."""

    def __init__(self, text: T) -> None:
        super().__init__(text.en)
        self.text = text
