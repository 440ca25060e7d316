"""The papers of the simulated leads: one small PDF that says so, stored once and linked under an id of its own for each."""

import os
from functools import cached_property
from uuid import uuid4

import typst

from luoshi.ports import papers

TEXT = '#set page(width: 100mm, height: 60mm)\n#set document(title: "SIMULATED")\n#align(center + horizon)[SIMULATED\n\nno such document exists]'


class Papers:
    """Gives out papers."""

    @cached_property
    def first(self) -> papers.Paper:
        """The one that is stored."""
        return papers.keep(typst.compile(TEXT.encode()), "simulated.pdf")

    def one(self, kind: str) -> papers.Paper:
        """A paper of a kind, under a new id."""
        found = self.first._replace(id=uuid4(), name=f"{kind}.pdf")
        file = papers.path(found.id, found.type)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.link(papers.path(self.first.id, self.first.type), file)
        return found
