import type { DataContext } from './api.ts';
import { retryAfterMs } from './thrown.ts';

/** What one call is given. */
export function contextFor(version: string, attempt: number, signal: AbortSignal): DataContext {
  return {
    version,
    attempt,
    signal,
    retryable: (error, options = {}) => new PassingError(error, options.afterMs),
    fetch: async (url, init = {}) => {
      const signals = init.signal ? AbortSignal.any([signal, init.signal]) : signal;
      const answer = await fetch(url, { ...init, signal: signals });
      if (answer.ok) return answer;
      throw await AnswerError.of(answer);
    },
  };
}

class PassingError extends Error {
  override readonly name = 'PassingError';
  readonly retryable = true;
  readonly afterMs: number | undefined;

  constructor(cause: unknown, afterMs: number | undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.afterMs = afterMs;
  }
}

/** So much of an answer goes into the message. */
const TEXT_MAX = 200;

class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly status: number;
  readonly afterMs: number | undefined;

  private constructor(message: string, status: number, afterMs: number | undefined) {
    super(message);
    this.status = status;
    this.afterMs = afterMs;
  }

  static async of(answer: Response): Promise<AnswerError> {
    const text = await answer.text().catch(() => '');
    const said = text.trim() === '' ? '' : `: ${text.trim().slice(0, TEXT_MAX)}`;
    const message = `the service answered ${answer.status} ${answer.statusText}`.trimEnd() + said;
    return new AnswerError(message, answer.status, retryAfterMs(answer.headers.get('retry-after')));
  }
}
