"""Whether two records are one person and who belongs together: no Django, queue or database.

`features` folds what a record says, `blocking` says which records meet, `comparisons`, `model`
and `scoring` weigh a pair, `guards` and `clustering` form customers, `explain` and
`cluster_story` tell why.
"""
