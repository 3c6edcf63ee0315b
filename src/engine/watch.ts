import type { Engine } from './engine.ts';
import type { WorkWatch } from './work-items.ts';

/** Turns what the server answers into events of the run. */
export function watchRun(engine: Engine, version: string, total: number): WorkWatch {
  let index = 0;
  let since = performance.now();
  return {
    onStatement: (_, tag) => {
      const now = performance.now();
      index++;
      engine.emit({ kind: 'statement', version, index, total, tag, ms: now - since });
      since = now;
    },
    onNotice: ({ severity, message, hint }) =>
      engine.emit({ kind: 'notice', version, severity, message, ...(hint ? { hint } : {}) }),
  };
}
