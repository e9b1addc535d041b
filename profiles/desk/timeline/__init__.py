"""What happened with a customer, newest first, read through all joined records.

Events stay on the record they came with; joining and splitting only changes which records are
read. Pages follow a keyset, (occurred_at, id), so nothing is dropped or shown twice while new
events arrive. The number of queries does not depend on records or events.

An order, ticket or other thing with a state is one row, however many events tell of it. The row
stands where its newest event stands that passes the filters; every other event is a row of its
own. So each event that passes is in exactly one row of one page. Returns, refunds and
deliveries that name their order stand in its row, where the joined records tell of the order.

`kinds` groups the kinds of events, `filters` is what a reader chose, `reading` asks for a page,
`finding` looks for words, `things` says how orders and tickets stand, `parts` which of them
stand in the row of another, `outcome` what came of those, `rows` puts a page under
days, `steps` opens a row, and `facets` counts what each filter would show.
"""

from profiles.desk.timeline.facets import facets
from profiles.desk.timeline.filters import Cursor, Filters
from profiles.desk.timeline.reading import page
from profiles.desk.timeline.rows import Day, Item, Page

__all__ = ["Cursor", "Day", "Filters", "Item", "Page", "facets", "page"]
