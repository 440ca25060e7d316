"""The pages of the administration of people and units, one page a file."""
