"""What the city of Baotou published of its investment work in 2021. The simulated year is made so that counting gives this.

The published numbers stand in this file only.
"""

from typing import Final

CONTACTED: Final = 5_918
"""Companies contacted in 2021."""
SIGNED: Final = 1_134
"""Projects signed in 2021."""
AGREED: Final = 12_493
"""Their agreed investment, in 100 million yuan (1,249.3 billion yuan)."""
LANDED: Final = 803
"""Projects landed in 2021."""
