import { computed, signal } from '@preact/signals';
import type { ActionAnswer, ActionNews, ActionsAnswer } from '../../answers/action.ts';
import { ask, Refused, targetPath } from './api.ts';
import { onEvent } from './live.ts';
import { expired, session } from './session.ts';

interface Known {
  readonly target: string;
  readonly production: boolean;
  /** The newest first. */
  readonly actions: readonly ActionNews[];
}

const known = signal<Known>({ target: '', production: false, actions: [] });

/** What people have begun at this console, at the target that is shown; the newest first. */
export const actions = computed(() => known.value.actions);
/** The target that is shown is marked production, as far as the page has been told. */
export const isProduction = computed(() => known.value.production);

/** Reads the actions of a target; from then on the stream tells of them. */
export async function beginActions(target: string): Promise<void> {
  if (known.value.target !== target) known.value = { target, production: false, actions: [] };
  const found = await ask<ActionsAnswer>(targetPath(target, 'actions'), { isBackground: true }).catch(() => undefined);
  if (found && known.value.target === target)
    known.value = { target, production: found.production, actions: found.actions };
}

onEvent<ActionNews>('action', merge);
onEvent('reload', () => void beginActions(known.value.target));

/** Lines come in order, with what was told before; where some are missing, all is asked for again. */
function merge(news: ActionNews): void {
  const { actions: before, ...rest } = known.value;
  const old = before.find(({ id }) => id === news.id);
  const last = old?.lines.at(-1)?.number ?? 0;
  const fresh = news.lines.filter(({ number }) => number > last);
  if (fresh.length > 0 && fresh[0]!.number > last + 1) {
    void beginActions(rest.target);
    return;
  }
  const merged = { ...news, lines: [...(old?.lines ?? []), ...fresh] };
  known.value = { ...rest, actions: [merged, ...before.filter(({ id }) => id !== news.id)].sort(newestFirst) };
}

function newestFirst(a: ActionNews, b: ActionNews): number {
  return a.startedAt < b.startedAt ? 1 : -1;
}

/** By the names of their operations: actions that are runs, or end as one. */
const RUNS: ReadonlySet<string> = new Set([
  'applyMigrations',
  'rollBackMigrations',
  'tryMigrations',
  'tryRollback',
  'rehearseMigrations',
]);

/** It is shown by the Run screen. */
export function isRun({ name }: ActionNews): boolean {
  return RUNS.has(name);
}

/** Begins an action, and gives it as it is a moment later. Throws Refused. */
export async function act<Result = unknown>(target: string, part: string, body: object): Promise<ActionAnswer<Result>> {
  const begun = await send<ActionAnswer<Result>>(targetPath(target, part), body);
  const { result: _made, ...news } = begun;
  if (known.value.target === target) merge(news);
  return begun;
}

export async function cancelAction(target: string, id: string): Promise<void> {
  await send(targetPath(target, `actions/${encodeURIComponent(id)}/cancel`), {});
}

async function send<Value>(path: string, body: object): Promise<Value> {
  const now = session.value;
  const csrf = now.kind === 'in' ? now.session.csrf : '';
  try {
    return await ask<Value>(path, { method: 'POST', body, csrf });
  } catch (error) {
    if (error instanceof Refused && error.fault.status === 401) expired();
    throw error;
  }
}

/**
 * Whether the one who is signed in may act as that role: `read-only` where nobody may, since the console was started without --write,
 * and then there is nothing to be seen of it.
 */
export function mayAct(role: 'operator' | 'approver'): 'yes' | 'read-only' | 'other-role' {
  const now = session.value;
  if (now.kind !== 'in' || !now.session.mayWrite) return 'read-only';
  const { user } = now.session;
  const isEnough = role === 'operator' ? user.role !== 'viewer' : user.role === 'approver';
  return isEnough ? 'yes' : 'other-role';
}
