"""第二因素: one-time codes by time (RFC 6238) beside the password; asked of administrators, open to everybody."""
