import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import { type Ask, done, notDone, type Probe } from './probe.ts';

/**
 * ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY (14 and newer): its first transaction marks the partition as pending;
 * one that was cut off behind that is completed by FINALIZE (manual, ALTER TABLE, "DETACH PARTITION").
 */
export function detachPartitionProbe(work: { parent: QualifiedName; partition: QualifiedName }): Probe {
  const [parent, partition] = [qualified(work.parent), qualified(work.partition)];
  return {
    before: async (ask) => ({ attached: await attached(ask, parent, partition) }),
    outcome: async (ask, before) => {
      const now = await attached(ask, parent, partition);
      if (now === 'pending') {
        const finalize = `ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE`;
        const because = `the partition ${partition} is marked as being detached`;
        return { is: 'half done', because, cleanUp: [finalize], completes: true };
      }
      if (now === 'attached') return notDone(`the partition ${partition} is attached`);
      return before.attached === 'no'
        ? notDone(`${partition} was no partition of ${parent}`)
        : done(`${partition} is detached from ${parent}`);
    },
  };
}

async function attached(ask: Ask, parent: string, partition: string): Promise<'attached' | 'pending' | 'no'> {
  const [row] = await ask(
    `SELECT inhdetachpending AS pending FROM pg_catalog.pg_inherits
WHERE inhparent = pg_catalog.to_regclass($1)::oid AND inhrelid = pg_catalog.to_regclass($2)::oid`,
    [parent, partition],
  );
  if (!row) return 'no';
  return row.pending === 't' ? 'pending' : 'attached';
}

function qualified({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name);
}
