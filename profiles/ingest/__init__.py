"""The one way in: what a file or a call brings becomes records, events and quarantined rows."""
