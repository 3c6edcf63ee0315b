import type { Fault } from './step.ts';

export const TRACKER_FAULTS: readonly Fault[] = [
  {
    kind: 'forgotten index',
    title: 'replica identity of events',
    find: '\n-- DROP INDEX events_identity;',
    put: '',
    finds: 'rollback: added index public.events_identity',
  },
  {
    kind: 'another default',
    title: 'merge status is known',
    find: "DEFAULT 'unchecked'",
    put: "DEFAULT 'unknown'",
    finds: 'rollback: changed column public.merge_requests.merge_status: default',
  },
  {
    kind: 'lost grant',
    title: 'readers of reports',
    find: 'ON issues, notes, builds FROM',
    put: 'ON issues, builds FROM',
    finds: 'rollback: changed table public.notes: privileges',
  },
  {
    kind: 'lost comment',
    title: 'settings may have rows',
    find: "\n-- COMMENT ON CONSTRAINT one_row ON application_settings IS 'There is one instance';",
    put: '',
    finds: 'rollback: changed constraint one_row on public.application_settings: comment',
  },
  {
    kind: 'state of a trigger',
    title: 'boards count everywhere',
    find: '\n-- ALTER TABLE issue_boards ENABLE REPLICA TRIGGER count_moves;',
    put: '',
    finds: 'rollback: changed trigger count_moves on public.issue_boards: enabled',
  },
  {
    kind: 'storage of a column',
    title: 'builds are wide',
    find: 'options SET STORAGE EXTENDED, ALTER COLUMN ',
    put: '',
    finds: 'rollback: changed column public.builds.options: storage',
  },
  {
    kind: 'state of a check',
    title: 'constraint fk_todos_user_id for all rows',
    find: ' ON DELETE CASCADE NOT VALID',
    put: ' ON DELETE CASCADE',
    finds: 'rollback: changed constraint fk_todos_user_id on public.todos: not valid',
  },
  {
    kind: 'second run adds rows',
    title: 'instances have settings',
    find: 'VALUES (1) ON CONFLICT DO NOTHING',
    put: 'SELECT 1 + count(*) FROM application_settings',
    finds: 'rerun: rows of public.application_settings',
  },
  {
    kind: 'vacuous verify',
    title: 'names of projects are needed',
    find: "attname = 'name'",
    put: "attname = 'namespace_id'",
    finds: 'verify: vacuous',
  },
  {
    kind: 'stale complete: column',
    find: '    mirror boolean DEFAULT false NOT NULL,\n',
    put: '',
    finds: 'init-complete: removed column public.projects.mirror',
  },
];
