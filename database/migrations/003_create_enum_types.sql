-- Create the enum types of the schema
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 002_record_existing_migrations
--
-- The closed sets of labels that users, requests, jobs, workflows and dashboards use, in the order in which they sort.
-- A type that an installation already has is left as it is; the next migration adds labels that such a type lacks.
-- Locks no table. The rollback drops the types; PostgreSQL refuses that while a column still uses one.

DO $$
BEGIN
  IF to_regtype('user_role') IS NULL THEN
    CREATE TYPE user_role AS ENUM ('ANALYST', 'SUPERVISOR', 'ADMIN');
  END IF;
  IF to_regtype('request_status') IS NULL THEN
    CREATE TYPE request_status AS ENUM ('NEW', 'IN_REVIEW', 'PENDING', 'CLOSED');
  END IF;
  IF to_regtype('job_status') IS NULL THEN
    CREATE TYPE job_status AS ENUM ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED');
  END IF;
  IF to_regtype('job_type') IS NULL THEN
    CREATE TYPE job_type AS ENUM ('STANDARD', 'CUSTOM', 'WORKFLOW', 'EMBEDDING', 'BULK_EMBEDDING');
  END IF;
  IF to_regtype('workflow_status') IS NULL THEN
    CREATE TYPE workflow_status AS ENUM ('DRAFT', 'ACTIVE', 'ARCHIVED');
  END IF;
  IF to_regtype('block_type') IS NULL THEN
    CREATE TYPE block_type AS ENUM ('CORE', 'CUSTOM');
  END IF;
  IF to_regtype('block_input_type') IS NULL THEN
    CREATE TYPE block_input_type AS ENUM ('REQUEST_TEXT', 'BLOCK_OUTPUT');
  END IF;
  IF to_regtype('embedding_status') IS NULL THEN
    CREATE TYPE embedding_status AS ENUM ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED');
  END IF;
  IF to_regtype('dashboard_layout') IS NULL THEN
    CREATE TYPE dashboard_layout AS ENUM ('grid', 'list');
  END IF;
END
$$;

COMMENT ON TYPE user_role IS 'What a user may do, from least to most';
COMMENT ON TYPE request_status IS 'Where a request stands in its review';
COMMENT ON TYPE job_status IS 'Where a processing job stands';
COMMENT ON TYPE job_type IS 'What a processing job is to do';
COMMENT ON TYPE workflow_status IS 'Whether a workflow is being written, in use or retired';
COMMENT ON TYPE block_type IS 'Whether a workflow block is built in or written by users';
COMMENT ON TYPE block_input_type IS 'Where an input of a workflow block comes from';
COMMENT ON TYPE embedding_status IS 'Where the embedding of a request stands';
COMMENT ON TYPE dashboard_layout IS 'How a workflow dashboard arranges its fields';

-- VERIFY:
-- SELECT count(*) = 9 FROM unnest(ARRAY[
--   'user_role', 'request_status', 'job_status', 'job_type', 'workflow_status',
--   'block_type', 'block_input_type', 'embedding_status', 'dashboard_layout'
-- ]) AS wanted(name) WHERE to_regtype(wanted.name) IS NOT NULL;

-- ROLLBACK:
-- DROP TYPE IF EXISTS dashboard_layout;
-- DROP TYPE IF EXISTS embedding_status;
-- DROP TYPE IF EXISTS block_input_type;
-- DROP TYPE IF EXISTS block_type;
-- DROP TYPE IF EXISTS workflow_status;
-- DROP TYPE IF EXISTS job_type;
-- DROP TYPE IF EXISTS job_status;
-- DROP TYPE IF EXISTS request_status;
-- DROP TYPE IF EXISTS user_role;
