import { countStates, storeName } from '../../../backup/kept-sql.ts';
import { eventItem } from '../../../ledger/write.ts';
import type { BatchItem } from '../../../postgres/pipeline.ts';
import { shownKept } from '../../keep/shown.ts';
import type { Lane } from '../lane.ts';

/** What became of the stores when the last batch of the way back is done. */
export interface PutOutcome {
  /** Drops those of which nothing is left, and puts it on record. */
  readonly items: readonly BatchItem[];
  /** Says it, once that is committed. */
  readonly tell: () => void;
}

type PutRecord = ReturnType<typeof shownKept> & {
  readonly rows: number;
  readonly left: Readonly<Record<string, number>>;
  readonly appeared: number;
};

export async function putOutcome(lane: Lane): Promise<PutOutcome> {
  const { engine, control, session, work, puts } = lane;
  const { names } = control;
  const { version } = work;
  const passes = await session.query(
    `SELECT pass, pg_catalog.sum(rows) AS rows FROM ${names.dataRanges} WHERE version = $1 AND direction = 'down' AND kind = 'rows' GROUP BY pass`,
    [version],
  );
  const done: PutRecord[] = [];
  const drops: BatchItem[] = [];
  for (const [i, put] of puts.entries()) {
    const states = await session.query(countStates(put));
    const left = Object.fromEntries(states.map(({ state, rows }) => [state ?? '', Number(rows)]));
    const rows = Number(passes.find(({ pass }) => Number(pass) === i + 2)?.rows ?? 0);
    done.push({ ...shownKept(put), rows, left, appeared: 0 });
    if (states.length === 0) drops.push({ sql: `DROP TABLE ${storeName(put)}` });
  }
  const record = eventItem(names, engine.run, { event: 'put_back', version, detail: { put: done } });
  return {
    items: puts.length > 0 ? [...drops, record] : [],
    tell: () => {
      for (const one of done) engine.emit({ kind: 'put_back', version, ...one });
    },
  };
}
