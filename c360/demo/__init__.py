"""An invented retailer, Harbour & Pine, whose five systems disagree as real ones do."""
