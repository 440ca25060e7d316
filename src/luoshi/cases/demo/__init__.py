"""The demo's year of the street line."""

from typing import Final

DATA_VERSION: Final = 9
"""Changes whenever another year would be generated. It stands here because a home is looked at before Django is set up."""
