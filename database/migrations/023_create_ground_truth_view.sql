-- Create the view ground_truth_with_context
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 006_create_users, 009_create_requests, 016_create_workflow_blocks, 022_create_ground_truth_data
--
-- Each judged field with what one needs to read it: the request, the block and who judged.
-- Locks only the view. A view of that name with other columns is replaced by this one, which drops it first; that fails,
-- naming them, where other objects are built on it. The rollback drops the view; no row is in it.

DO $$
BEGIN
  IF EXISTS (
    SELECT
    FROM pg_attribute
    WHERE attrelid = to_regclass('ground_truth_with_context') AND attnum > 0 AND NOT attisdropped
    HAVING array_agg(attname::text ORDER BY attnum) <> ARRAY[
      'id', 'request_id', 'workflow_block_id', 'field_path', 'ai_value', 'ground_truth_value', 'created_by',
      'created_at', 'updated_at', 'notes', 'request_text', 'block_name', 'block_prompt', 'created_by_name']
  ) THEN
    DROP VIEW ground_truth_with_context;
  END IF;
END
$$;

CREATE OR REPLACE VIEW ground_truth_with_context AS
SELECT
  judged.id,
  judged.request_id,
  judged.workflow_block_id,
  judged.field_path,
  judged.ai_value,
  judged.ground_truth_value,
  judged.created_by,
  judged.created_at,
  judged.updated_at,
  judged.notes,
  requests.text AS request_text,
  workflow_blocks.name AS block_name,
  workflow_blocks.prompt AS block_prompt,
  users.name AS created_by_name
FROM ground_truth_data AS judged
JOIN requests ON requests.id = judged.request_id
JOIN workflow_blocks ON workflow_blocks.id = judged.workflow_block_id
JOIN users ON users.id = judged.created_by;

COMMENT ON VIEW ground_truth_with_context IS 'Judged fields with their request, their block and who judged';
COMMENT ON COLUMN ground_truth_with_context.id IS 'Key of the row in ground_truth_data';
COMMENT ON COLUMN ground_truth_with_context.request_id IS 'Request that was processed';
COMMENT ON COLUMN ground_truth_with_context.workflow_block_id IS 'Block whose output is judged';
COMMENT ON COLUMN ground_truth_with_context.field_path IS 'Path of the field in the output, names joined by dots';
COMMENT ON COLUMN ground_truth_with_context.ai_value IS 'What the block gave';
COMMENT ON COLUMN ground_truth_with_context.ground_truth_value IS 'What it should have given';
COMMENT ON COLUMN ground_truth_with_context.created_by IS 'User who judged';
COMMENT ON COLUMN ground_truth_with_context.created_at IS 'When the row was added';
COMMENT ON COLUMN ground_truth_with_context.updated_at IS 'When the row was last changed';
COMMENT ON COLUMN ground_truth_with_context.notes IS 'Why, in the user''s words';
COMMENT ON COLUMN ground_truth_with_context.request_text IS 'The request in the words of the person who filed it';
COMMENT ON COLUMN ground_truth_with_context.block_name IS 'Name of the block';
COMMENT ON COLUMN ground_truth_with_context.block_prompt IS 'What the model was asked';
COMMENT ON COLUMN ground_truth_with_context.created_by_name IS 'Name of the user who judged';

-- VERIFY:
-- SELECT (SELECT count(*) FROM ground_truth_with_context) = (SELECT count(*) FROM ground_truth_data);

-- ROLLBACK:
-- DROP VIEW IF EXISTS ground_truth_with_context;
