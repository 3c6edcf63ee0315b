import { Problem } from '../problem/problem.ts';

/** Waits, or throws `cancelled` as soon as the person wants to stop. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

export function cancelled(state = 'Nothing is left half done.'): Problem {
  return new Problem('cancelled', 'stopped on request', { state, next: ['Run the command again to go on.'] });
}
