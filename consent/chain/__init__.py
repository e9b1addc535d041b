"""The proof of both logs: how their rows are hashed, read back, signed and exported."""
