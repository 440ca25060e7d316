"""招商引资: companies and their names; what a lead is comes on top of it."""
