"""How first passwords are kept: 79 random bits need no slow hash, and a list of a thousand people is imported at once."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class Once(PBKDF2PasswordHasher):
    """One round of PBKDF2, for random passwords alone. What people choose is kept by Argon2, the first hasher of the list."""

    algorithm = "once"
    iterations = 1

    def must_update(self, encoded: str) -> bool:
        """Never by itself: the password is changed at the first log-in."""
        return False
