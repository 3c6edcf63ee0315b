import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Problem } from '../problem/problem.ts';
import type { Writer } from './context.ts';

export interface PromptOptions {
  /** A person sits in front of it (see canAskOn). */
  readonly canAsk: boolean;
  readonly signal: AbortSignal;
}

const UNCHANGED = 'Nothing was changed.';

/** Returns when the answer is yes; Problem otherwise (see CommandContext.confirm). */
export async function confirmOnTerminal(question: string, { canAsk, signal }: PromptOptions): Promise<void> {
  if (!canAsk) {
    throw new Problem('confirmation-needed', `this needs a confirmation: ${question}`, {
      found: 'no terminal to ask on',
      state: UNCHANGED,
      next: ['Add --yes to confirm it beforehand.'],
    });
  }
  const answer = await ask(`${question} [y/N] `, signal, process.stderr);
  if (!/^\s*y(es)?\s*$/i.test(answer ?? '')) throw new Problem('cancelled', 'not confirmed', { state: UNCHANGED });
}

/** Returns when that very name is typed; Problem otherwise (see CommandContext.confirmName). */
export async function confirmNameOnTerminal(
  question: string,
  name: string,
  next: string,
  { canAsk, signal }: PromptOptions,
): Promise<void> {
  if (!canAsk) {
    throw new Problem('confirmation-needed', `this needs a confirmation: ${question}`, {
      found: 'no terminal to ask on',
      state: UNCHANGED,
      next: [next],
    });
  }
  const answer = await ask(`${question} `, signal, process.stderr);
  if (answer?.trim() !== name) throw new Problem('cancelled', 'not confirmed', { state: UNCHANGED });
}

/** The answer, which is not shown while it is typed. */
export async function askSecretOnTerminal(question: string, { canAsk, signal }: PromptOptions): Promise<string> {
  if (!canAsk) {
    throw new Problem('confirmation-needed', `there is no terminal to ask on: ${question}`, {
      next: [
        'Give the password by PGPASSWORD, a .pgpass file, or passwordFile or passwordCommand of the configuration.',
      ],
    });
  }
  const asking = ask('', signal, new Writable({ write: (_chunk, _encoding, done) => done() }));
  // Only now, when the terminal has ceased to show what is typed: somebody may be fast.
  process.stderr.write(`${question}: `);
  const answer = await asking;
  process.stderr.write('\n');
  if (answer === undefined) throw new Problem('cancelled', 'no password was given', { state: UNCHANGED });
  return answer;
}

/** Whether a person sits in front of it: keyboard and screen are both a terminal. */
export function canAskOn(stderr: Writer): boolean {
  return stderr.isTty && process.stdin.isTTY === true;
}

/** One line from the keyboard; undefined after Ctrl-C, Ctrl-D or a signal. The prompt is drawn on stderr: stdout is for data. */
function ask(question: string, signal: AbortSignal, output: NodeJS.WritableStream): Promise<string | undefined> {
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  const onAbort = () => reader.close();
  signal.addEventListener('abort', onAbort, { once: true });
  return new Promise<string | undefined>((resolve) => {
    let answer: string | undefined;
    reader.once('close', () => {
      if (answer === undefined) output.write('\n');
      resolve(answer);
    });
    reader.once('SIGINT', onAbort);
    reader.question(question, (line) => {
      answer = line;
      reader.close();
    });
  }).finally(() => signal.removeEventListener('abort', onAbort));
}
