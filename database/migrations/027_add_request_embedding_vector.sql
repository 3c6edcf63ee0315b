-- Add the embedding vector of requests
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 009_create_requests
-- Requires: extension vector
--
-- The embedding of each request, and the index for the search of similar ones by cosine distance (operator <=>), which
-- needs pgvector 0.5.0 or newer. An extension that this migration creates is marked by its comment, so that the rollback
-- drops only what was made here, and only while nobody else uses it.
-- Takes ACCESS EXCLUSIVE on requests for an instant (a column without default), then SHARE while the index is built,
-- which takes as long as there are embeddings: none yet. The rollback drops the embeddings; they can be computed again.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') THEN
    CREATE EXTENSION IF NOT EXISTS vector;
    COMMENT ON EXTENSION vector IS 'vector data type and access methods (created with requests.embedding_vector)';
  END IF;
END
$$;

ALTER TABLE requests ADD COLUMN IF NOT EXISTS embedding_vector vector(1536);

CREATE INDEX IF NOT EXISTS requests_embedding_vector_idx ON requests USING hnsw (embedding_vector vector_cosine_ops);

COMMENT ON COLUMN requests.embedding_vector IS 'Embedding of the processed request; empty until it is computed';

-- VERIFY:
-- SELECT format_type(atttypid, atttypmod) LIKE '%vector(1536)'
-- FROM pg_attribute
-- WHERE attrelid = 'requests'::regclass AND attname = 'embedding_vector';

-- ROLLBACK:
-- DROP INDEX IF EXISTS requests_embedding_vector_idx;
-- ALTER TABLE requests DROP COLUMN IF EXISTS embedding_vector;
-- DO $$
-- BEGIN
--   IF EXISTS (
--     SELECT
--     FROM pg_extension
--     WHERE extname = 'vector'
--       AND obj_description(oid, 'pg_extension') = 'vector data type and access methods (created with requests.embedding_vector)'
--   ) THEN
--     DROP EXTENSION vector;
--   END IF;
-- EXCEPTION
--   WHEN dependent_objects_still_exist THEN
--     RAISE NOTICE 'the extension vector stays: other objects use it';
-- END
-- $$;
