import type { Batch, BatchItem } from '../../../postgres/pipeline.ts';
import type { Session } from '../../../postgres/session.ts';

/** Where the server process is ended: when all of a batch has run and nothing is committed, or right behind its COMMIT. */
export type Cut = 'inside' | 'behind';

type Segments = readonly (readonly BatchItem[])[];

/**
 * The session, whose server process is ended once, by `end`, at the first batch that it commits, or at the record behind the last:
 * whoever uses it meets what a kill or a cut connection is.
 */
export function cutSession(session: Session, at: Cut, end: () => Promise<void>): Session {
  let isCut = false;
  const around = async (segments: Segments, run: (segments: Segments) => Promise<Batch>): Promise<Batch> => {
    if (isCut || !segments.some(commitsBatch)) return run(segments);
    isCut = true;
    if (at === 'behind') {
      const done = await run(segments);
      await end();
      return done;
    }
    const open = await run(beforeCommit(segments));
    if (open.failure) return open;
    await end();
    return run(segments);
  };
  return new Proxy(session, {
    get(target, name) {
      if (name === 'batch' || name === 'runBatch')
        return (segments: Segments) => around(segments, (some) => target[name](some));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** The write that moves a position, or that says that the run has succeeded. */
function commitsBatch(items: readonly BatchItem[]): boolean {
  const isEnd = items.some(({ name, params = [] }) => name === 'taskflow_moved' || params.includes('succeeded'));
  return isEnd && items.some(isCommit);
}

function beforeCommit(segments: Segments): Segments {
  const at = segments.findIndex(commitsBatch);
  const items = segments[at] ?? [];
  return [...segments.slice(0, at), items.slice(0, items.findIndex(isCommit))];
}

function isCommit({ sql }: BatchItem): boolean {
  return sql === 'COMMIT';
}
