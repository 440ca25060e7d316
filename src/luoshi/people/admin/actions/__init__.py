"""Every write of the administration of people and units; each leaves an event."""
