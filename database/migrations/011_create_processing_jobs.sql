-- Create the processing_jobs table
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 007_create_workflows, 009_create_requests
--
-- The queue of work on requests. Workers take the oldest PENDING job.
-- PostgreSQL 12 has gen_random_uuid() only in the extension pgcrypto, which must be there before this runs.
-- Locks the new table, and requests and workflows (SHARE ROW EXCLUSIVE, for the foreign keys) for an instant.
-- The rollback drops the table with its rows; nothing refers to it.

CREATE TABLE IF NOT EXISTS processing_jobs (
  id uuid DEFAULT gen_random_uuid(),
  request_id bigint NOT NULL,
  workflow_id bigint,
  job_type job_type DEFAULT 'WORKFLOW',
  status job_status DEFAULT 'PENDING',
  custom_instructions text,
  error_message text,
  retry_count integer DEFAULT 0,
  started_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT processing_jobs_pkey PRIMARY KEY (id),
  CONSTRAINT processing_jobs_request_id_fkey FOREIGN KEY (request_id) REFERENCES requests (id) ON DELETE CASCADE,
  CONSTRAINT processing_jobs_workflow_id_fkey FOREIGN KEY (workflow_id) REFERENCES workflows (id) ON DELETE SET NULL
);

COMMENT ON TABLE processing_jobs IS 'Queue of work on requests';
COMMENT ON COLUMN processing_jobs.id IS 'Key of the job';
COMMENT ON COLUMN processing_jobs.request_id IS 'Request to process; its jobs go with it';
COMMENT ON COLUMN processing_jobs.workflow_id IS 'Workflow to run; empty once that workflow is gone';
COMMENT ON COLUMN processing_jobs.job_type IS 'What the job is to do';
COMMENT ON COLUMN processing_jobs.status IS 'Where the job stands';
COMMENT ON COLUMN processing_jobs.custom_instructions IS 'What the user asked for beyond the workflow, for this job alone';
COMMENT ON COLUMN processing_jobs.error_message IS 'Why the job failed';
COMMENT ON COLUMN processing_jobs.retry_count IS 'How often the job was tried again';
COMMENT ON COLUMN processing_jobs.started_at IS 'When a worker took the job; empty before';
COMMENT ON COLUMN processing_jobs.completed_at IS 'When the job ended, well or not; empty before';
COMMENT ON COLUMN processing_jobs.created_at IS 'When the row was added; the queue is in this order';

-- ROLLBACK:
-- DROP TABLE IF EXISTS processing_jobs;
