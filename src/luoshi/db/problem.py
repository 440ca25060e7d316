"""What went wrong with the database, said to the person at the keyboard."""

from luoshi.kernel.text import T


class DatabaseProblem(Exception):
    """Something a person can mend; `text` says in both languages what it is and how."""

    def __init__(self, text: T) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return str(self.text)
