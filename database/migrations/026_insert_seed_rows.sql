-- Insert the rows that every installation starts with
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 006_create_users, 007_create_workflows, 008_create_exercises, 009_create_requests, 012_create_exercise_permissions, 013_create_webhooks, 015_create_system_settings, 021_create_custom_instructions, 022_create_ground_truth_data
--
-- Two users, the default exercise and three switches, each known by its own key: a row that is there stays as it is, and
-- no default exercise is added beside one that people chose. Locks only the rows.
-- The rollback takes back what is still as it was inserted here and what nothing refers to; a row that people changed,
-- or that others would lose their owner with, is theirs and stays.

-- Tables of older installations may keep times without a zone until 028_mend_older_columns reads them in the zone that they
-- were written in; now() is written in that zone too.
DO $$
DECLARE
  session_zone text := current_setting('TimeZone');
BEGIN
  PERFORM set_config('TimeZone', coalesce(nullif(current_setting('taskflow.legacy_time_zone', true), ''), reset_val), true)
  FROM pg_settings
  WHERE name = 'TimeZone';

  INSERT INTO users (name, email, role)
  SELECT seed.name, seed.email, seed.role::user_role
  FROM (VALUES
    (1, 'System Admin', 'admin@system.local', 'ADMIN'),
    (2, 'Default Analyst', 'analyst@system.local', 'ANALYST')
  ) AS seed(place, name, email, role)
  WHERE NOT EXISTS (SELECT FROM users WHERE users.email = seed.email)
  ORDER BY seed.place
  ON CONFLICT DO NOTHING;

  INSERT INTO exercises (name, description, is_default)
  SELECT 'Default Exercise', 'Requests that belong to no other exercise', true
  WHERE NOT EXISTS (SELECT FROM exercises WHERE is_default OR name = 'Default Exercise')
  ON CONFLICT DO NOTHING;

  INSERT INTO system_settings (key, value, description)
  SELECT seed.key, '"true"', seed.description
  FROM (VALUES
    ('rag_search_enabled', 'Whether similar requests are searched for'),
    ('ui_show_logs_button', 'Whether the user interface shows the button for logs'),
    ('ui_show_similarity_features', 'Whether the user interface shows similar requests')
  ) AS seed(key, description)
  WHERE NOT EXISTS (SELECT FROM system_settings WHERE system_settings.key = seed.key)
  ORDER BY seed.key
  ON CONFLICT DO NOTHING;

  PERFORM set_config('TimeZone', session_zone, true);
END
$$;

-- VERIFY:
-- SELECT count(*) = 2 FROM users WHERE email IN ('admin@system.local', 'analyst@system.local');
-- SELECT count(*) >= 1 FROM exercises WHERE is_default OR name = 'Default Exercise';
-- SELECT count(*) = 3 FROM system_settings
-- WHERE key IN ('rag_search_enabled', 'ui_show_logs_button', 'ui_show_similarity_features');

-- ROLLBACK:
-- DELETE FROM system_settings
-- USING (VALUES
--   ('rag_search_enabled', 'Whether similar requests are searched for'),
--   ('ui_show_logs_button', 'Whether the user interface shows the button for logs'),
--   ('ui_show_similarity_features', 'Whether the user interface shows similar requests')
-- ) AS seed(key, description)
-- WHERE system_settings.key = seed.key
--   AND system_settings.value = '"true"'
--   AND system_settings.description = seed.description
--   AND updated_at = created_at;
--
-- DELETE FROM exercises
-- WHERE name = 'Default Exercise'
--   AND description = 'Requests that belong to no other exercise'
--   AND is_active AND is_default AND created_by IS NULL
--   AND updated_at = created_at
--   AND NOT EXISTS (SELECT FROM requests WHERE exercise_id = exercises.id)
--   AND NOT EXISTS (SELECT FROM exercise_permissions WHERE exercise_id = exercises.id);
--
-- DELETE FROM users
-- USING (VALUES
--   ('System Admin', 'admin@system.local', 'ADMIN'),
--   ('Default Analyst', 'analyst@system.local', 'ANALYST')
-- ) AS seed(name, email, role)
-- WHERE users.name = seed.name
--   AND users.email = seed.email
--   AND users.role = seed.role::user_role
--   AND preferences = '{}'
--   AND NOT EXISTS (SELECT FROM workflows WHERE created_by = users.id)
--   AND NOT EXISTS (SELECT FROM exercises WHERE created_by = users.id)
--   AND NOT EXISTS (SELECT FROM requests WHERE assigned_analyst_id = users.id)
--   AND NOT EXISTS (SELECT FROM exercise_permissions WHERE user_id = users.id)
--   AND NOT EXISTS (SELECT FROM webhooks WHERE created_by = users.id)
--   AND NOT EXISTS (SELECT FROM custom_instructions WHERE created_by = users.id)
--   AND NOT EXISTS (SELECT FROM ground_truth_data WHERE created_by = users.id);
