"""How good the data of each source is: counted in the background, shown to stewards and admins.

`statements` and `counting` take the figures of a day; `board` and `cells` read them; `lists`
names the records behind a figure as they are now, to stewards only.
"""
