import type { Calls } from './calls.ts';
import type { CodeColumns, MadeUpdate, ReadRow } from './code-rows.ts';
import type { LoadedCode } from './load-code.ts';

/** Everything that a worker needs to run the code of its migration. */
export interface CodeLane {
  readonly code: LoadedCode;
  readonly columns: CodeColumns;
  readonly calls: Calls<ReadRow, MadeUpdate>;
}
