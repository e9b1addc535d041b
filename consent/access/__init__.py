"""The access log: an entry before each answer that shows customer data, and reading it."""
