"""Pages of the investment line for staff."""
