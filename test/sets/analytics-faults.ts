import type { Fault } from './step.ts';

export const ANALYTICS_FAULTS: readonly Fault[] = [
  {
    kind: 'forgotten index',
    title: 'jobs have no state',
    find: "\n-- CREATE INDEX jobs_next ON jobs (priority, next_run) WHERE state = 'idle';",
    put: '',
    finds: 'rollback: removed index public.jobs_next',
  },
  {
    kind: 'another default',
    title: 'default of events device',
    find: "DEFAULT 'desktop'",
    put: "DEFAULT 'desk'",
    finds: 'rollback: changed column public.events.device: default',
  },
  {
    kind: 'lost comment',
    title: 'visits by day without bots',
    find: "\n-- COMMENT ON MATERIALIZED VIEW rollup.visits_by_day IS 'What the first page shows';",
    put: '',
    finds: 'rollback: changed materialized view rollup.visits_by_day: comment',
  },
  {
    kind: 'state of a trigger',
    title: 'jobs are told one by one',
    find: '\n-- ALTER TABLE jobs DISABLE TRIGGER tell;',
    put: '',
    finds: 'rollback: changed trigger tell on public.jobs: enabled',
  },
  {
    kind: 'lost grant',
    title: 'readers of rollups',
    find: '-- ALTER DEFAULT PRIVILEGES IN SCHEMA rollup REVOKE SELECT ON TABLES FROM set_dashboards;\n',
    put: '',
    finds: 'rollback: added default privileges',
  },
  {
    kind: 'storage of a column',
    title: 'payloads are compressed outside',
    find: 'ALTER COLUMN visitor SET STATISTICS -1, ',
    put: '',
    finds: 'rollback: changed column public.events.visitor: statistics target',
  },
  {
    kind: 'state of a check',
    title: 'constraint events_amount for all rows',
    find: 'amount >= 0) NOT VALID',
    put: 'amount >= 0)',
    finds: 'rollback: changed constraint events_amount on public.events: not valid',
  },
  {
    kind: 'second run adds rows',
    title: 'usual jobs',
    find: 'ON CONFLICT (name) DO NOTHING',
    put: 'ON CONFLICT (name) DO UPDATE SET attempts = jobs.attempts + 1',
    finds: 'rerun: rows of public.jobs',
  },
  {
    kind: 'vacuous verify',
    title: 'unknown countries',
    find: 'count(*) = 2 FROM countries WHERE id IN (0, 1)',
    put: 'count(*) >= 0 FROM countries',
    finds: 'verify: vacuous',
  },
  {
    kind: 'stale complete: row',
    find: "'somewhere in Europe'",
    put: "'somewhere'",
    finds: 'init-complete: rows of public.countries',
  },
];
