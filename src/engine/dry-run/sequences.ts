import type { Row } from '../../postgres/row.ts';
import type { MovedSequence } from '../../report/dry-run.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';

/** By OID; null: not used yet. */
export type SequenceValues = ReadonlyMap<string, { readonly name: string; readonly value: string | null }>;

/**
 * Under the control session's short lock timeout: somebody may be altering one. The functions are asked about pg_sequence's
 * own column, as the planner may ask about every row of pg_class before it joins, and what is no sequence is an error.
 */
const VALUES = `SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_sequence_last_value(s.seqrelid) AS value
FROM pg_catalog.pg_sequence AS s JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT, USAGE')`;

/** Where every sequence stands that this role may read; undefined where one of them is locked. */
export async function readSequences(control: Control): Promise<SequenceValues | undefined> {
  const batch = await control.session.runBatch([[{ sql: VALUES, rows: true }]]);
  return batch.failure ? undefined : valuesOf(batch.results[0]?.[0]?.rows ?? []);
}

function valuesOf(rows: readonly Row[]): SequenceValues {
  return new Map(
    rows.map(({ oid, nspname, relname, value }) => [
      oid ?? '',
      { name: `${displayIdentifier(nspname ?? '')}.${displayIdentifier(relname ?? '')}`, value: value ?? null },
    ]),
  );
}

/** Those that stand elsewhere now; with `used`, only of these: others move by others' work. */
export function movedSequences(
  before: SequenceValues,
  after: SequenceValues,
  used: ReadonlySet<string> | undefined,
): MovedSequence[] {
  const moved = [...after].flatMap(([oid, { name, value }]) => {
    const was = before.get(oid);
    if (!was || was.value === value || (used && !used.has(oid))) return [];
    return [{ sequence: name, before: was.value, after: value }];
  });
  return moved.sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
}
