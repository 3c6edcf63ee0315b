import type { Kept } from '../../../backup/kept.ts';
import type { Statement } from '../../../migration/migration.ts';
import type { Taking } from '../../keep/taking.ts';

/** What a statement of a batch changes of one relation, and what is done about it. */
export interface BatchPart {
  readonly taking: Taking;
  /** Holds its rows, from before the statement to the end of the transaction. */
  readonly stage: Kept;
  /** What the rows of the stage are for: `keep`: they are kept there; `note`: those that are kept there are changed by the way back. */
  readonly use: 'keep' | 'note';
  readonly store: Kept;
}

/** What the batches of one worker keep, by the statements that change it. */
export interface BatchKeeping {
  readonly parts: ReadonlyMap<Statement, readonly BatchPart[]>;
  /** The file may take another role than that of the run. */
  readonly changesRole: boolean;
}
