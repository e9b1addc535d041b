"""The order of the review queue, what a steward picks of it, and how the work goes."""
