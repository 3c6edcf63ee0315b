import type { IdentifiedBy, Person } from '../../approval/person.ts';
import type { Ledger } from '../../ledger/read.ts';
import { eventItem, settingItem } from '../../ledger/write.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';

/** What holds of approvals on a database: by the configuration, or by what the database was told before. */
export interface ApprovalRules {
  /** Nothing is applied or rolled back without one. */
  readonly required: boolean;
  readonly identifiedBy: IdentifiedBy;
  readonly hours: number;
}

/** Keys of the tracking settings. */
const REQUIRED = 'approval';
const BY = 'approval_by';

export function approvalRules(
  { settings: { approval } }: Engine,
  { settings }: Pick<Ledger, 'settings'>,
): ApprovalRules {
  return {
    required: approval.policy === 'required' || approval.demanded || settings.get(REQUIRED) === 'required',
    identifiedBy: approval.by === 'role' || settings.get(BY) === 'role' ? 'role' : 'person',
    hours: approval.hours,
  };
}

/** As with production: once a configuration has wanted it, it holds for every client of the database. */
export function rememberRules({ settings: { approval }, run }: Engine, { names, ledger }: Control): BatchItem[] {
  if (approval.policy !== 'required') return [];
  const wanted = { [REQUIRED]: 'required', ...(approval.by === 'role' ? { [BY]: 'role' } : {}) };
  const fresh = Object.entries(wanted).filter(([key, value]) => ledger.settings.get(key) !== value);
  return fresh.flatMap(([key, value]) => [
    settingItem(names, key, value),
    eventItem(names, run, { event: 'setting_changed', version: null, detail: { key, value } }),
  ]);
}

/** Somebody who looks at the console. */
export function visitor(name: string, { server }: Control): Person {
  return { name, role: server.user, via: 'console' };
}

/** Who is at work: the person at the console, or who has started this, with the role that the server knows. */
export function personOf({ run }: Engine, { server: { user: role } }: Control): Person {
  const { by, console: at } = run;
  if (at) return { name: at.user, role, via: 'console' };
  return by === undefined ? { name: role, role, via: 'library' } : { name: by, role, via: 'cli' };
}
