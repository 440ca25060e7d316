"""What goes wrong in the demo's data files."""


class ProfileError(ValueError):
    """An entry of the profile or of the texts is missing; the message names it."""
