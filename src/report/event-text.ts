import { count, formatDuration } from '../problem/quantity.ts';
import { type Blocker, blockerText } from './blocker.ts';
import { keptDetail, prunedDetail, putBackDetail } from './kept-text.ts';

/** What belongs to an event of the audit trail, as its JSON column holds it. */
export type EventDetail = Readonly<Record<string, unknown>>;

/** What an event of the audit trail says beyond its name, in one line; empty where that is all. Older tools wrote less. */
export function eventText(event: string, detail: EventDetail): string {
  if (typeof detail !== 'object' || detail === null) return '';
  const say = Object.hasOwn(TEXTS, event) ? TEXTS[event]! : general;
  return joined('; ', say(detail) || general(detail), atConsole(detail));
}

/** Who has asked for it at the console: the actor is the user that the console logs in as. */
function atConsole({ console }: EventDetail): string {
  if (typeof console !== 'object' || console === null) return '';
  const { user, address } = console as EventDetail;
  return `${text(user)} at the console, from ${text(address)}`;
}

const TEXTS: Readonly<Record<string, (detail: EventDetail) => string>> = {
  started: resumed,
  rollback_started: (detail) => joined('; ', resumed(detail), detail.data === false && 'without what was kept'),
  step_started: (detail) => step(detail, detail.statement),
  step_finished: (detail) => step(detail, detail.found),
  step_checked: (detail) => step(detail, detail.outcome, detail.because),
  step_cleaned: (detail) => step(detail, detail.statement),
  lock_wait: lockWait,
  blocker_cancelled: ({ how, blocker }) => joined(' ', how, blockers([blocker])),
  taken_over: takenOver,
  session_ended: ({ pid, by, host, idleSeconds }) =>
    `server process ${text(pid)}, which the run of ${text(by)} on ${text(host)} left idle for ${text(idleSeconds)} s`,
  failed: stopped,
  cancelled: stopped,
  cancel_requested: ({ run, by, pid }) =>
    joined(', ', `the run ${text(run)}`, by && `of ${text(by)}`, pid && `server process ${text(pid)}`),
  connection_lost: stopped,
  planned_again: ({ message, steps }) => joined('; ', message, `run again in ${text(steps)} steps`),
  approval_requested: ({ plan, hash, by, reason }) =>
    joined('; ', `${planText(plan)} (${short(hash)}), by ${text(by)}`, reason),
  approved: ({ hash, by, hours, reason }) =>
    joined('; ', `${short(hash)}, by ${text(by)}, for ${count(Number(hours), 'hour')}`, reason),
  approval_rejected: decidedOn,
  approval_revoked: decidedOn,
  approval_used: decidedOn,
  repaired: ({ action, reason }) => joined(': ', action, reason),
  dry_run: dryRun,
  rehearsed: dryRun,
  refused: ({ action, asked, code, message }) => joined(': ', asked ?? action, code, message),
  verified: ({ ok, tried, only, since, failures }) =>
    joined(
      '; ',
      `${ok === true ? 'proven' : 'not proven'}, ${count(Number(tried), 'migration')} tried`,
      only && `${text(only)} alone`,
      since && `since ${text(since)}`,
      Array.isArray(failures) && failures.map((one: EventDetail) => joined(' ', one.check, one.version)).join(', '),
    ),
  backed_up: ({ kept, scope, id }) => (scope === 'file' ? `into the file backup ${text(id)}` : keptDetail(kept)),
  pruned: ({ stores }) => prunedDetail(stores),
  put_back: ({ put }) => putBackDetail(put),
  drift_accepted: ({ file, differences, changes, reason }) =>
    joined(
      '; ',
      `${differencesIn(differences, changes)} ${file === undefined ? 'may stay' : `made ${text(file)}`}`,
      reason,
    ),
  setting_changed: ({ key, value }) => joined(' = ', key, value),
  layout_upgraded: ({ from, layout }) => `from layout ${text(from)} to ${text(layout)}`,
  baselined: ({ to, reason, replaces }) =>
    Array.isArray(replaces)
      ? `all of the ${count(replaces.length, 'migration')} that it stands for are applied`
      : joined('; ', `up to ${text(to)}`, reason),
  adopted: ({ versions, found, lacking }) =>
    joined(
      '; ',
      Array.isArray(versions) && count(versions.length, 'version'),
      list('found', found),
      list('lacking', lacking),
    ),
};

/** A decision on a plan that was asked for. */
function decidedOn({ hash, by, reason }: EventDetail): string {
  return joined('; ', `${short(hash)}, by ${text(by)}`, reason);
}

function short(hash: unknown): string {
  return text(hash).slice(0, 12);
}

function planText(plan: unknown): string {
  const { action, migrations, background } = (typeof plan === 'object' && plan !== null ? plan : {}) as EventDetail;
  const lists = [migrations, background].filter(Array.isArray);
  return `${text(action)} of ${count(lists.flat().length, 'migration')}`;
}

function general({ message, reason, executionTimeMs, step: at, steps }: EventDetail): string {
  if (typeof message === 'string') return message;
  if (typeof reason === 'string') return reason;
  if (typeof at === 'number') return step({ step: at, steps });
  return typeof executionTimeMs === 'number' ? formatDuration(executionTimeMs) : '';
}

function step({ step: at, steps, rollback }: EventDetail, ...what: unknown[]): string {
  return joined(': ', `${rollback === true ? 'back, ' : ''}step ${text(at)} of ${text(steps)}`, ...what);
}

function dryRun({ direction, outcome, heldMs, versions, message }: EventDetail): string {
  const names = Array.isArray(versions) ? versions.map(text) : [];
  const which = names.length > 2 ? `${names[0]} to ${names.at(-1)} (${names.length})` : names.join(', ');
  const held = typeof heldMs === 'number' ? `open for ${formatDuration(heldMs)}` : '';
  return joined(
    '; ',
    joined(': ', joined(' ', outcome, direction === 'roll back' && 'rollback'), which),
    held,
    message,
  );
}

function resumed({ resumedAtStep, steps }: EventDetail): string {
  return resumedAtStep === undefined ? '' : `goes on at step ${text(resumedAtStep)} of ${text(steps)}`;
}

function stopped({ message, done, total }: EventDetail): string {
  return joined(
    '; ',
    message,
    typeof done === 'number' ? `${done} of ${count(Number(total), 'step')} done` : undefined,
  );
}

function lockWait({ refusals, relation, message, waitedMs, blockers: found }: EventDetail): string {
  const who = blockers(found);
  if (refusals === undefined) return joined(' ', 'waits for', who || 'another transaction to end');
  const what = joined(' ', text(relation ?? message), relation === undefined ? '' : 'is locked');
  const when = typeof waitedMs === 'number' && waitedMs > 0 ? ` after ${formatDuration(waitedMs)}` : '';
  return joined('; ', what, `try ${text(refusals)} gave way${when}`, who && `held by ${who}`);
}

function takenOver({ by, host, since, lastSeen, after }: EventDetail): string {
  const run = `the run of ${text(by)} on ${text(host)}, begun ${text(since)}`;
  return joined(
    '; ',
    joined(', ', run, lastSeen && `last heard of ${text(lastSeen)}`),
    after && `its last event: ${text(after)}`,
  );
}

const SHOWN = 3;
const QUERY_COLUMNS = 60;

/** As `locks/record.ts` of the engine wrote them, without what was null or false; of anything else nothing is taken. */
function blockers(found: unknown): string {
  const objects = (Array.isArray(found) ? found : []).filter((one) => one !== null && typeof one === 'object');
  const all = objects.map(blockerOf).filter(({ pid, gid }) => pid !== null || gid !== null);
  const named = all.slice(0, SHOWN).map((one) => blockerText(one, QUERY_COLUMNS));
  return joined('; ', ...named, all.length > SHOWN && `${all.length - SHOWN} more`);
}

function blockerOf(one: object): Blocker {
  const known = Object.entries(one).filter(([name, value]) => TYPES[name] === typeof value);
  return { ...NOBODY, ...(Object.fromEntries(known) as Partial<Blocker>) };
}

const TYPES: Readonly<Record<string, string>> = {
  pid: 'number',
  gid: 'string',
  user: 'string',
  application: 'string',
  client: 'string',
  state: 'string',
  transactionAgeMs: 'number',
  stateAgeMs: 'number',
  queryAgeMs: 'number',
  query: 'string',
  isAutovacuum: 'boolean',
  preventsWraparound: 'boolean',
};

const NOBODY: Blocker = {
  pid: null,
  gid: null,
  transaction: '',
  user: null,
  application: null,
  client: null,
  state: null,
  backendType: null,
  transactionAgeMs: null,
  stateAgeMs: null,
  queryAgeMs: null,
  modes: [],
  query: null,
  isAutovacuum: false,
  preventsWraparound: false,
  endedBy: 'its role',
};

function differencesIn(differences: unknown, changes: unknown): string {
  const amount = typeof differences === 'number' ? differences : Array.isArray(changes) ? changes.length : 0;
  return count(amount, 'difference');
}

function list(label: string, names: unknown): string {
  return Array.isArray(names) && names.length > 0 ? `${label} ${names.join(', ')}` : '';
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

/** What is there, joined. */
function joined(by: string, ...parts: unknown[]): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(by);
}
