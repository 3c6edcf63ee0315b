-- What came after init-complete.sql and is not folded into it yet
--
--   psql -d DATABASE -f init-complete-patch.sql
--
-- Written by "taskflow-db schema patch" from the migrations, not by hand; "taskflow-db schema dump" folds it in. For the owner
-- of a database that init-complete.sql was loaded into. Each migration is one transaction with its record, and what is applied
-- already is passed over. It stops at the first error: what came before that is done, and it can be loaded again.
--
-- Nothing yet: init-complete.sql holds every migration.

\set ON_ERROR_STOP on
