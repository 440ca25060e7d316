"""Django's engine for PostgreSQL with one thing changed; see `base`."""
