"""Serving: one parent process that keeps the database, the web processes and the worker alive."""
