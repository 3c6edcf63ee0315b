import type { OutsideWork } from '../../../sql/outside.ts';
import { createIndexProbe } from './create-index.ts';
import { detachPartitionProbe } from './detach-partition.ts';
import { dropIndexProbe } from './drop-index.ts';
import { endPreparedProbe } from './prepared.ts';
import { notDone, type Outcome, type Probe } from './probe.ts';
import { reindexProbe } from './reindex.ts';
import { createdProbe, droppedProbe, movedDatabaseProbe } from './shared-object.ts';

/** The probe for what a statement outside a transaction works on. */
export function probeOf(work: OutsideWork): Probe {
  switch (work.kind) {
    case 'create index':
      return createIndexProbe(work);
    case 'drop index':
      return dropIndexProbe(work.index);
    case 'reindex':
      return reindexProbe(work);
    case 'detach partition':
      return detachPartitionProbe(work);
    case 'create':
      return createdProbe(work.object, work.name);
    case 'drop':
      return droppedProbe(work.object, work.name);
    case 'move database':
      return movedDatabaseProbe(work.name, work.tablespace);
    case 'end prepared':
      return endPreparedProbe(work.gid);
    case 'repeatable':
      return always(notDone('it may be run again'));
    case 'unknown':
      return always({ is: 'cannot tell', because: 'the catalog does not tell what a CALL or DO has done' });
  }
}

function always(outcome: Outcome): Probe {
  return { before: async () => ({}), outcome: async () => outcome };
}
