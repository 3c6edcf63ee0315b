import { createHash } from 'node:crypto';
import type { Acceptance, AcceptedChange } from '../../catalog/accepted.ts';
import type { Change, Difference } from '../../catalog/compare.ts';
import type { DefinitionsOf } from '../../catalog/definitions.ts';
import type { Row } from '../../postgres/row.ts';
import type { Control } from '../control.ts';

/** What is on record as accepted: each definition that an object was changed from and to, with the decision. */
export type Acceptances = ReadonlyMap<string, Acceptance>;

/** A change as the audit trail keeps it: of the definitions only digests (SHA-256, hex), '' where there was no such object. */
export interface RecordedChange {
  readonly kind: Change['kind'];
  readonly type: string;
  readonly name: string;
  readonly identity: readonly string[];
  readonly parts: Readonly<Record<string, readonly [before: string, after: string]>>;
}

export function recordedChange(change: Change, definitionsOf: DefinitionsOf): RecordedChange {
  const { kind, type, name, identity } = change;
  const parts = definitionsOf(change).map(
    ({ part, before, after }) => [part, [digest(before), digest(after)]] as const,
  );
  return { kind, type, name, identity, parts: Object.fromEntries(parts) };
}

/** Names a difference with what it is on both sides: another text as soon as any of that is another one. */
export function changeDigest(change: Change, definitionsOf: DefinitionsOf): string {
  return digest(JSON.stringify(recordedChange(change, definitionsOf))).slice(0, 32);
}

function digest(definition: string): string {
  return definition === '' ? '' : createHash('sha256').update(definition).digest('hex');
}

/** All that was accepted since it was last revoked; of what was accepted twice, the later decision. */
export async function readAcceptances({ session, names, ledger }: Control): Promise<Acceptances> {
  if ((ledger.layout ?? 0) === 0) return new Map();
  const rows =
    await session.query(`SELECT seq, pg_catalog.to_json(at) #>> '{}' AS at, actor, detail FROM ONLY ${names.events}
WHERE event = 'drift_accepted' AND version IS NULL AND seq > coalesce(
  (SELECT pg_catalog.max(seq) FROM ONLY ${names.events} WHERE event = 'drift_revoked'), 0) ORDER BY seq`);
  return new Map(rows.flatMap((row) => keysIn(row).map((key) => [key, acceptanceOf(row)] as const)));
}

function acceptanceOf(row: Row): Acceptance {
  const { reason } = detailOf(row);
  const at = (row.at ?? '').replace(/\+00:00$/, 'Z');
  return { seq: Number(row.seq), at, by: row.actor ?? '', reason: typeof reason === 'string' ? reason : '' };
}

/** Whoever may write events may write anything: what is no record of ours accepts nothing. */
function keysIn(row: Row): string[] {
  const { changes } = detailOf(row);
  return (Array.isArray(changes) ? changes : []).flatMap((one: Partial<RecordedChange> | null) =>
    Object.entries(one?.parts ?? {}).map(([part, digests]) => keyOf(one as RecordedChange, part, digests)),
  );
}

function detailOf(row: Row): Readonly<Record<string, unknown>> {
  return (JSON.parse(row.detail ?? '{}') ?? {}) as Record<string, unknown>;
}

function keyOf({ kind, type, identity }: RecordedChange, part: string, digests: readonly string[]): string {
  return JSON.stringify([kind, type, identity, part, digests]);
}

/** The difference without what is accepted on record, and that by itself. */
export function withoutAccepted(
  difference: Difference,
  definitionsOf: DefinitionsOf,
  acceptances: Acceptances,
): { difference: Difference; accepted: readonly AcceptedChange[] } {
  if (acceptances.size === 0) return { difference, accepted: [] };
  const accepted = difference.changes.flatMap((change) => {
    const acceptance = acceptanceFor(recordedChange(change, definitionsOf), acceptances);
    return acceptance ? [{ ...change, accepted: acceptance }] : [];
  });
  const known = new Set<string>(accepted.map(changeKey));
  const changes = difference.changes.filter((change) => !known.has(changeKey(change)));
  return { difference: { ...difference, changes, equal: changes.length === 0 }, accepted };
}

/** One object may have two: its own, and that of the order of its attributes. */
function changeKey({ type, identity, detail }: Change): string {
  return JSON.stringify([type, identity, Object.keys(detail)]);
}

/** Every part that differs must be as it was then. */
function acceptanceFor(change: RecordedChange, acceptances: Acceptances): Acceptance | undefined {
  const found = Object.entries(change.parts).map(([part, digests]) => acceptances.get(keyOf(change, part, digests)));
  return found.includes(undefined) ? undefined : found.at(-1);
}
