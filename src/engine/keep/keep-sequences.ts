import type { KeptSequence } from '../../backup/kept.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteQualified } from '../../sql/quote.ts';
import type { OwnedSequence } from './relations.ts';

/** Where the sequences of a table stand. */
export async function sequencesOf(session: Session, owned: readonly OwnedSequence[]): Promise<KeptSequence[]> {
  const kept: KeptSequence[] = [];
  for (const one of owned) {
    const [row] = await session.query(`SELECT last_value, is_called FROM ${quoteQualified(one.schema, one.name)}`);
    kept.push({ ...one, lastValue: row?.last_value ?? '1', isCalled: row?.is_called === 't' });
  }
  return kept;
}
