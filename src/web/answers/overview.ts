import * as v from 'valibot';
import { MIGRATION_STATES } from '../../plan/state.ts';
import type { Answer } from './frozen.ts';
import { count, event, migrationRow, orNull, problem, text } from './shapes.ts';

const summary = v.object(
  Object.fromEntries(MIGRATION_STATES.map((one) => [one, count])) as Record<
    (typeof MIGRATION_STATES)[number],
    typeof count
  >,
);

export const overviewAnswer = v.object({
  database: text,
  serverVersion: text,
  trackingSchema: text,
  layout: orNull(count),
  production: v.boolean(),
  summary,
  migrations: v.array(migrationRow),
  complaints: v.array(problem),
  runner: orNull(
    v.object({
      runId: text,
      user: text,
      host: text,
      toolVersion: text,
      pid: count,
      since: text,
      worker: orNull(v.object({ pid: count, state: text, query: text, seconds: count })),
    }),
  ),
  events: v.array(event),
});

export type OverviewAnswer = Answer<typeof overviewAnswer>;
export type MigrationRow = OverviewAnswer['migrations'][number];
export type EventRow = OverviewAnswer['events'][number];
