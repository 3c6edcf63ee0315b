import type { Statement } from '../../migration/migration.ts';
import type { Session } from '../../postgres/session.ts';
import type { Around, WorkItem } from '../work-items.ts';

/** What is done about the data of one file, in the transactions that its statements run in. */
export interface Keeping {
  /** A transaction begins. */
  begin(): void;
  /** Around a statement that has to do with data; `lockTimeoutMs`: how long anybody may be kept waiting by a copy. */
  around(session: Session, statement: Statement, lockTimeoutMs: number): Around | undefined;
  /** What goes on record at the end of the transaction. */
  records(): Iterable<WorkItem>;
  /** The transaction is committed. */
  tell(): void;
}
