"""Learning a match model from records: plain Python and numpy, without Django.

`patterns` (levels of many pairs, counted) → `mixture` (EM with three explanations) and
`unrelated` (u by sampling) → `tables` and `frequencies` (a spec) → `checks` (sense or nonsense)
→ `calibration` and `costs` (thresholds) → `trainer` (the whole) → `provenance` (what is told).
"""
