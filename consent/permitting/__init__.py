"""What may be done: the rule of consent, what it reads, and the permissions that follow.

`facts` and `fold` are pure; `permissions` is the one place that answers.
"""
