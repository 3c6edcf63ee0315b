import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, problem, text, time } from './shapes.ts';

const ACTION_STATES = ['running', 'done', 'failed', 'cancelled'] as const;

const line = v.object({
  number: v.pipe(count, v.description('from 1, without gaps')),
  at: time,
  text,
});

/** What is known of an action, but for what it has made. */
const common = {
  id: v.pipe(text, v.description('also the request in the events that it leaves: detail.console.request')),
  name: v.pipe(text, v.description('of the operation that began it')),
  title: text,
  user: text,
  state: v.picklist(ACTION_STATES),
  isStopping: v.pipe(v.boolean(), v.description('somebody has cancelled it, and it has not ended yet')),
  runId: v.pipe(text, v.description('of the events that it leaves')),
  startedAt: time,
  endedAt: orNull(time),
  progress: v.pipe(orNull(text), v.description('how far it is, in a sentence')),
  problem: v.pipe(orNull(problem), v.description('why it failed or was stopped')),
};

/** An action with the last of its lines. */
export const actionNews = v.object({ ...common, lines: v.array(line) });

/** An action with what it has made; null as long as it runs, or where it has made nothing. */
export function actionOf<Result extends v.GenericSchema>(result: Result) {
  return v.object({ ...common, lines: v.array(line), result: v.nullable(result) });
}

export const anyAction = actionOf(v.pipe(v.unknown(), v.description('as the operation that began it says')));

export const actionsAnswer = v.object({
  database: text,
  production: v.pipe(v.boolean(), v.description('by the configuration or in the database: confirm has to be its name')),
  actions: v.pipe(
    v.array(actionNews),
    v.description('of this console, the newest first; those that ended go after a while'),
  ),
});

export type ActionNews = Answer<typeof actionNews>;
export type ActionsAnswer = Answer<typeof actionsAnswer>;
export type ActionAnswer<Result = unknown> = ActionNews & { readonly result: Result | null };
export type ActionLine = ActionNews['lines'][number];
