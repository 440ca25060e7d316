"""What staff meet of the street line: the list, the record, the door through which every move is made, a new case."""
