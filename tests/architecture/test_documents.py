"""Documentation that is made from the tables says what the tables say."""

from pathlib import Path

import pytest

from luoshi.people import documents

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["rights.md", "life-cases.md"])
def test_a_made_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == documents.pages()[name]


def test_no_page_of_the_docs_points_nowhere() -> None:
    import re

    root = DOCS.parent
    for page in [*DOCS.rglob("*.md"), root / "README.md", root / "README.zh-CN.md"]:
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} points to {link}"
