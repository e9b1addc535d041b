"""What people said: the ledger, the ways into it, its proofs and receipts."""
