"""Who may do what in the database: the owner migrates, the application reads and writes rows.

The rules are few. `c360_app` may not change the shape of anything, and of tables whose model
says `append_only = True` it may read and add rows, nothing else. `c360_auditor`, where there is
such a role, reads what proves how consent was handled. `docs/sql/roles.sql` is the same for
databases that somebody else looks after.
"""

import psycopg
from django.apps import apps
from django.db import ProgrammingError, connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from c360.services import StartError

GRANTS = """
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA {schema} TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {app};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema}
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {app};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app};
"""
APPEND_ONLY = "REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {app}"
# Where the database sets columns itself, the application may not even name them.
SOME_COLUMNS = (
    "REVOKE INSERT ON {table} FROM {app}; GRANT INSERT ({columns}) ON {table} TO {app}"
)
# What an auditor reads: the proof and what it points at, by name. Nothing that was said of a
# customer, no evidence, no digests of contact points. `*` is every column.
AUDITED = {
    "consent_ledgerentry": "*",
    "consent_accessentry": "*",
    "consent_checkpoint": "*",
    "consent_purpose": "*",
    "consent_policyversion": "*",
    "consent_processingactivity": "*",
    "consent_processingactivity_purposes": "*",
    "consent_fieldbasis": "*",
    "profiles_source": "id, slug, name",
    "c360_user": "id, name",
    "auth_group": "*",
    "c360_user_groups": "*",
    "django_migrations": "*",
}
OUR_FUNCTIONS = """
SELECT p.oid::regprocedure::text FROM pg_proc p
WHERE p.pronamespace = current_schema()::regnamespace
  AND pg_get_userbyid(p.proowner) = current_user
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
RIGHTS = """
SELECT r.rolsuper, EXISTS (
    SELECT FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND pg_has_role(current_user, c.relowner, 'USAGE')
)
FROM pg_roles r WHERE r.rolname = current_user
"""
CANNOT_MAKE_ROLE = """\
The pages need a role of their own in the database, and the role in DATABASE_URL may not
make it. Ask whoever looks after the database to run

    CREATE ROLE {app} LOGIN PASSWORD '<a password>';

then set DATABASE_APP_URL to the same address as DATABASE_URL with this role and password, and
run manage.py migrate again. docs/sql/roles.sql has all of it."""


def append_only_tables() -> list[str]:
    """Tables to which the application may only add."""
    models = apps.get_models(include_auto_created=True)
    return sorted(m._meta.db_table for m in models if getattr(m, "append_only", False))


def given_columns() -> dict[str, list[str]]:
    """Columns the application may name, of each table whose model says `set_by_database`."""
    return {
        model._meta.db_table: sorted(
            field.column
            for field in model._meta.concrete_fields
            if field.column and field.name not in model.set_by_database
        )
        for model in apps.get_models()
        if hasattr(model, "set_by_database")
    }


def make_app_role(role: str, password: str) -> None:
    """Make the application's role if it is not there. Raises `StartError` if we may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone():
            return
        statement = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD {}")
        try:
            _run(cursor, statement.format(sql.Identifier(role), sql.Literal(password)))
        except ProgrammingError as error:
            if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
                raise StartError(CANNOT_MAKE_ROLE.format(app=role)) from error
            if not isinstance(error.__cause__, psycopg.errors.DuplicateObject):
                raise  # somebody else made it meanwhile: just as well


def grant_app_role(role: str) -> None:
    """Give the application its rights, and no more. Run as the owner, after each migration."""
    app = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = sql.Identifier(cursor.fetchone()[0])
        _run(cursor, sql.SQL(GRANTS).format(schema=schema, app=app))
        for table in append_only_tables():
            _run(cursor, sql.SQL(APPEND_ONLY).format(table=sql.Identifier(table), app=app))
        for table, columns in given_columns().items():
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            rights = sql.SQL(SOME_COLUMNS)
            table_name = sql.Identifier(table)
            _run(cursor, rights.format(table=table_name, columns=names, app=app))
        cursor.execute(OUR_FUNCTIONS)
        for (function,) in cursor.fetchall():
            name = sql.SQL(function)  # quoted by PostgreSQL itself
            _run(cursor, sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(name))
            _run(cursor, sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(name, app))


def grant_auditor_role(role: str) -> None:
    """Let the auditor's role read `AUDITED`, if there is such a role. Run as the owner."""
    auditor = sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.fetchone():
            return
        cursor.execute("SELECT current_schema()")
        schema = sql.Identifier(cursor.fetchone()[0])
        usage = sql.SQL("GRANT USAGE ON SCHEMA {} TO {}")
        _run(cursor, usage.format(schema, auditor))
        for table, columns in AUDITED.items():
            right = "SELECT" if columns == "*" else f"SELECT ({columns})"
            grant = sql.SQL(f"GRANT {right} ON {{}} TO {{}}")
            _run(cursor, grant.format(sql.Identifier(table), auditor))


def _run(cursor: CursorWrapper, statement: sql.Composable) -> None:
    cursor.execute(statement.as_string(cursor.connection))


def too_powerful() -> str:
    """Why pages must not run on this connection; empty if they may."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        is_superuser, is_owner = cursor.fetchone()
        user = connection.settings_dict["USER"]
    if is_superuser:
        return f"The role {user!r} is a superuser of the database."
    if is_owner:
        return f"The role {user!r} owns the tables of the database."
    return ""
