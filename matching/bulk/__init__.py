"""Resolving very many records at once: columns instead of objects, whole groups at a time.

`parts`, `sketches`, `columns`, `store`, `candidates`, `meeting`, `certain`, `weighing` and
`groups` are plain numpy and know no database; `reading`, `settling` and `run` bring records in
and clusters out. A pair gets the same weight as on the path of single batches, to the last bit,
since both call the same comparisons, or know what these would say.
"""
