"""Finding customers by anything people quote: what was typed, names, numbers, hits."""
