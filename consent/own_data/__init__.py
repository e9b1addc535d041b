"""What is held about a person, to be handed to that person (GDPR articles 15 and 20).

Each section is a list of rows: `held` tells what sources sent and what is shown of it, `said`
what colleagues wrote, `done` what was stated, joined and looked at. `left_out` names what is
not handed over, and why.
"""
