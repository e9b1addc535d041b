"""What people say of records, and what it would change: decisions, locks, undo, previews.

`acts` is what every one of them does around its word; `preview` computes what would follow by
the functions that carry it out.
"""
