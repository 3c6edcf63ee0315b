--- unsafe: CREATE on public
GRANT CREATE ON SCHEMA public TO PUBLIC;
--- unsafe: ALL on a schema
GRANT ALL ON SCHEMA app TO PUBLIC;
--- unsafe: USAGE and CREATE
GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC;
--- safe: to the role that migrates
GRANT CREATE ON SCHEMA public TO migrator;
--- safe: USAGE alone
GRANT USAGE ON SCHEMA public TO PUBLIC;
--- safe: taken away
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
