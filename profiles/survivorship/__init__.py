"""Which value a profile shows where its records disagree: rules as data, and choosing by them.

`rules` and `choosing` are pure. `live` tells which version of the rules holds, `drafts`,
`simulating`, `publishing` and `spreading` are the way of a new one.
"""
