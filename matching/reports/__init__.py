"""What agents report as not belonging to a customer: making it, its cases, its outcome."""
