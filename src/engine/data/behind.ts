import type { BatchItem, ItemResult } from '../../postgres/pipeline.ts';

/** What is asked in the write that commits a batch, behind its COMMIT: the answers are there with that of the COMMIT. */
export interface Behind {
  /** Called when that write is made. None: nothing is asked. */
  items(): readonly BatchItem[];
  /** With the answers, in the order of the items; undefined where the server refused one of them. */
  answered(results: readonly ItemResult[] | undefined): void;
}
