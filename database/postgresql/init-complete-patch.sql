-- TaskFlow database: what came after init-complete.sql and is not folded into it yet
--
--   psql -U postgres -d taskflow_db < database/postgresql/init-complete-patch.sql
--
-- Nothing yet: init-complete.sql holds every migration.

\set ON_ERROR_STOP on
