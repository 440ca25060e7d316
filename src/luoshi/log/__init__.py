"""The public log over HTTP: what an outsider reads to check that a record is in and that the log only grew.

/log/checkpoint, /log/tile/…, /log/tile/entries/…   the files of `kernel.ledger.folder` as they stand (C2SP tlog-tiles)
/log/key       the verifier key alone on its first line, former keys after it
/log/policy    the log and its key in the form of C2SP tlog-policy
/log/          the same for people: what it is, how to check, today's size and root, printable with a QR

No row of any line is read here; the count of reports comes from the log's own events.
"""
