"""Personal data: deleted on request and when their time is over, replayed after a restore; who looked at them."""
