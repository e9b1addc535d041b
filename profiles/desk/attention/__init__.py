"""What an agent must know first about a customer: at most five items, the worst first.

`rules` holds the rules, `facts` reads what they need, `registry` takes items from other apps,
`items` says what an item is, and `banner` puts all of it together.
"""
