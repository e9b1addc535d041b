"""What other systems call, below `/api/v1/`: records in, customers out."""
