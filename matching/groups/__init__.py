"""Group cases: customers that open questions tie together, partitioned in one screen."""
