"""Where this installation's log is: its name, its public folder, its key."""

from dataclasses import dataclass
from pathlib import Path

from luoshi.conf import Conf
from luoshi.kernel import installation
from luoshi.kernel.ledger import keys
from luoshi.kernel.ledger.folder import NAME, Folder
from luoshi.kernel.ledger.note import Signer


@dataclass(frozen=True)
class Place:
    """A log's origin, folder and key file."""

    origin: str
    folder: Folder
    key_file: Path

    def signers(self) -> list[Signer]:
        """Who signs a checkpoint: the seam where a second signature line is added. Raises LogProblem."""
        return [keys.load(self.key_file, self.origin)]


def of(conf: Conf) -> Place:
    """The log of the installation that the settings name."""
    return Place(installation.current().origin, Folder(conf.home / NAME), keys.file_of(conf))


def current() -> Place:
    """The log of the installation that Django is at work in."""
    from django.conf import settings

    return of(settings.CONF)
