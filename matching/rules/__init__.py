"""The rule lab: drafts of the match model, what they would change, publishing, taking back.

Below it the evidence on which rules and sources are trusted: audits of automatic joins, how
right they are, and the stages a source climbs and falls by.
"""
