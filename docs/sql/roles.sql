-- Roles and rights of Customer 360 in a database that you look after yourself.
--
-- Replace the three passwords, then run as an administrator:
--     psql --dbname=postgres --file=docs/sql/roles.sql
--
-- Then set, for manage.py migrate:
--     DATABASE_URL=postgresql://c360_owner:<password>@<host>:5432/c360
-- and for everything else, in addition:
--     DATABASE_APP_URL=postgresql://c360_app:<password>@<host>:5432/c360

-- Owns the tables and changes their shape. Only manage.py migrate uses it.
CREATE ROLE c360_owner LOGIN NOSUPERUSER PASSWORD 'replace-this-one';

-- Pages and workers. Reads and writes rows; owns nothing.
CREATE ROLE c360_app LOGIN NOSUPERUSER PASSWORD 'and-this-one';

-- Reads the consent ledger, the access log and what they point at; nothing of customers.
-- Optional: see docs/ledger.md.
CREATE ROLE c360_auditor LOGIN NOSUPERUSER PASSWORD 'and-that-one';

CREATE DATABASE c360 OWNER c360_owner TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
REVOKE ALL ON DATABASE c360 FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE c360 TO c360_app;
GRANT CONNECT ON DATABASE c360 TO c360_auditor;

-- The rights on tables are given by manage.py migrate itself, each time it runs (see
-- c360/database.py): SELECT, INSERT, UPDATE and DELETE on tables, except that tables which only
-- grow (the consent ledger, the access log, signed heads, the receipts of joins and splits) get
-- SELECT and INSERT alone, and of the two logs INSERT not even of the columns the database sets.
-- The auditor gets SELECT on the tables that hold proof.
