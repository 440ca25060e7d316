"""What time does to figures, each minute: the lights of targets that turned."""

from luoshi.figures.targets.watch import watch
from luoshi.kernel.jobs import every


@every("* * * * *", "figures.targets")
def turn_lights() -> None:
    """Write down which lights of targets turned since the pages' numbers were last counted."""
    watch()
