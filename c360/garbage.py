"""How often Python looks for objects that are held by nothing but each other.

Its own measure, every few hundred new objects, is for programs that make few. A worker that
takes a batch of records apart makes a hundred thousand that all go by themselves, and keeps the
features of many records: looking through these again and again cost it a fifth of its time, and
a tenth of a second at once.
"""

import gc

NEW_OBJECTS = 50_000  # between two looks; about 10 MB, should all of them be held by each other


def collect_seldom(new_objects: int = NEW_OBJECTS) -> None:
    """For processes that run long: leave alone what is there already, and look seldom.

    Nothing is collected now: in a forked process that would end what still is its parent's.
    """
    gc.freeze()
    gc.set_threshold(new_objects, 20, 100)
