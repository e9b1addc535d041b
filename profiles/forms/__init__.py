"""What pages about customers accept."""
