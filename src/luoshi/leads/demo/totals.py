"""What the city of Baotou published of its investment work in 2021. The simulated year is made so that counting gives this.

The published numbers stand in this file only.
"""

from typing import Final

CONTACTED: Final = 5_918
"""Companies contacted in 2021."""
