"""What the public meets of the street line: report, track, read the year's numbers and the public cases."""
