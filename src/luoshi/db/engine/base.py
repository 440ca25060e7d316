"""How Django finds out at the beginning of a request that its connection is still good: without a question to the server."""

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg import Error


class DatabaseWrapper(base.DatabaseWrapper):
    """A server that went away has closed its end, so that there is something to read: only then is it asked."""

    def is_usable(self) -> bool:
        """Can the connection be used? After an error, and where anything waits to be read, the server is asked."""
        return (not self.errors_occurred and self._is_quiet()) or bool(super().is_usable())

    def _is_quiet(self) -> bool:
        if self.connection is None:
            return False
        try:
            socket = self.connection.fileno()
        except Error:
            return False
        ready = poll()
        ready.register(socket, POLLIN)
        return not ready.poll(0)
