"""The open package of a report: facts, declarations, log and verifier, so that anybody can compute its numbers again."""
