--- unsafe: a superuser
CREATE ROLE app LOGIN SUPERUSER;
--- unsafe: past row security
ALTER ROLE app BYPASSRLS;
--- unsafe: programs of the server
GRANT pg_execute_server_program TO app;
--- unsafe: may make roles
CREATE USER app CREATEROLE;
--- safe: a role that may log in
CREATE ROLE app LOGIN NOSUPERUSER NOBYPASSRLS;
--- safe: taken away
ALTER ROLE app NOSUPERUSER;
--- safe: a role of one's own
GRANT reporting TO app;
--- safe: statistics
GRANT pg_monitor TO app;
