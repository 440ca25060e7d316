"""What a company sees: the promises made to it, by an expiring link."""
