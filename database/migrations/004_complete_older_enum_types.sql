-- Add the labels that enum types of older installations lack
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 003_create_enum_types
--
-- A new installation lacks nothing and is not changed. Each missing label goes to its place in the order; labels that
-- an installation has beyond these stay. This is a migration of its own because PostgreSQL lets nobody use a new label,
-- not even as a column's default, before the transaction that added it has ended.
-- Locks no table. PostgreSQL cannot take a label out of a type, and rows may use it by then, so the rollback keeps them.

DO $$
DECLARE
  wanted record;
  label text;
  previous text;
BEGIN
  FOR wanted IN
    SELECT *
    FROM (VALUES
      ('user_role', ARRAY['ANALYST', 'SUPERVISOR', 'ADMIN']),
      ('request_status', ARRAY['NEW', 'IN_REVIEW', 'PENDING', 'CLOSED']),
      ('job_status', ARRAY['PENDING', 'RUNNING', 'COMPLETED', 'FAILED']),
      ('job_type', ARRAY['STANDARD', 'CUSTOM', 'WORKFLOW', 'EMBEDDING', 'BULK_EMBEDDING']),
      ('workflow_status', ARRAY['DRAFT', 'ACTIVE', 'ARCHIVED']),
      ('block_type', ARRAY['CORE', 'CUSTOM']),
      ('block_input_type', ARRAY['REQUEST_TEXT', 'BLOCK_OUTPUT']),
      ('embedding_status', ARRAY['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']),
      ('dashboard_layout', ARRAY['grid', 'list'])
    ) AS listed(type_name, labels)
  LOOP
    previous := NULL;
    FOREACH label IN ARRAY wanted.labels LOOP
      IF NOT EXISTS (
        SELECT FROM pg_enum WHERE enumtypid = to_regtype(wanted.type_name) AND enumlabel = label
      ) THEN
        EXECUTE format('ALTER TYPE %I ADD VALUE %L ', wanted.type_name, label)
          || CASE
               WHEN previous IS NOT NULL THEN format('AFTER %L', previous)
               ELSE (
                 SELECT format('BEFORE %L', enumlabel)
                 FROM pg_enum
                 WHERE enumtypid = to_regtype(wanted.type_name)
                 ORDER BY enumsortorder
                 LIMIT 1
               )
             END;
      END IF;
      previous := label;
    END LOOP;
  END LOOP;
END
$$;

-- VERIFY:
-- SELECT count(*) = 1 FROM pg_enum WHERE enumtypid = to_regtype('user_role') AND enumlabel = 'SUPERVISOR';
-- SELECT count(*) = 1 FROM pg_enum WHERE enumtypid = to_regtype('job_type') AND enumlabel = 'BULK_EMBEDDING';

-- ROLLBACK:
-- DO $$
-- BEGIN
--   RAISE DEBUG 'labels stay: PostgreSQL cannot remove a label from an enum type';
-- END
-- $$;
