"""Faults of a pack: each names its file, line and rule."""

from dataclasses import dataclass, field

from luoshi.kernel.text import T


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: `file` relative to the pack, `line` from 1 (0: the file as a whole), `rule` that is broken."""

    file: str
    line: int
    rule: T

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}" if self.line else f"{self.file}: {self.rule}"


@dataclass
class Faults:
    """Collects faults while a pack is read, so that one run names them all."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, zh: str, en: str, /, **values: object) -> None:
        """Note a fault; `{name}` in both texts is filled from `values`."""
        self.found.append(Fault(file, line, T(zh, en).fill(**values)))


class PackError(ValueError):
    """A pack that cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))
