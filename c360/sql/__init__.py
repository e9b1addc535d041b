"""How statements about many rows reach PostgreSQL at little cost."""
