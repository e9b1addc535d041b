"""What wants a steward's attention beside the queue: noticed where data quality is counted."""
