"""What people are told: a case's two sides, the evidence, how a customer came about."""
