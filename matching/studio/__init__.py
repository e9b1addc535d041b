"""The cluster studio: one customer's records as a table, as a graph, and as they once were."""
