-- Record the migrations that an installation already has
-- Author: TaskFlow Database authors
-- Date: 2026-11-22

SELECT 1;

-- IRREVERSIBLE: what was there before tracking began cannot be undone by it
