"""Pages of leads for staff: board, list, record, funnel, occasions, an officer's day, a leader's page."""
