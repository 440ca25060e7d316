"""A simulated year of investment work: invented companies, contacts on working days, some that turn out to be one."""
