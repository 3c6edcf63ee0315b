import { eventItem } from '../../ledger/write.ts';
import type { Evidence } from '../../plan/held.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { EarlierLook } from './calls.ts';
import type { Contracts } from './contracts.ts';

/** The last look at a contract that is on record. */
export async function earlierLook(
  { session, names, ledger }: Control,
  version: string,
): Promise<EarlierLook | undefined> {
  if ((ledger.layout ?? 0) === 0) return undefined;
  const [row] = await session.query(
    `SELECT e.detail, pg_catalog.to_json(e.at) #>> '{}' AS at, pg_catalog.to_json(pg_catalog.clock_timestamp()) #>> '{}' AS now
FROM ONLY ${names.events} AS e WHERE e.event = 'contract_held' AND e.version = $1 ORDER BY e.seq DESC LIMIT 1`,
    [version],
  );
  if (!row) return undefined;
  const { calls } = JSON.parse(row.detail ?? '{}') as { calls?: Readonly<Record<string, number>> };
  return calls === undefined ? undefined : { calls, at: row.at ?? '', now: row.now ?? '' };
}

/**
 * Puts on record what the next look has to know of this one, and what a person has taken on their own account. Under the lease of
 * a run, before anything is applied.
 */
export async function recordContracts(engine: Engine, control: Control, { news, forced }: Contracts): Promise<void> {
  const looks = [...news].map(([version, { reason, evidence, calls }]) =>
    eventItem(control.names, engine.run, {
      event: 'contract_held',
      version,
      detail: { reason, evidence: evidence.map(evidenceText), calls },
    }),
  );
  const decisions = forced.map(({ version, reason, evidence }) =>
    eventItem(control.names, engine.run, {
      event: 'contract_forced',
      version,
      detail: { reason, evidence: evidence.map(evidenceText) },
    }),
  );
  const items = [...looks, ...decisions];
  if (items.length > 0) await control.write(items);
}

function evidenceText({ verdict, words }: Evidence): string {
  return `${verdict}: ${words}`;
}
