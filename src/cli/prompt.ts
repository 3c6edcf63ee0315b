import { Problem } from '../problem/problem.ts';
import type { Writer } from './context.ts';

/** The prompts draw on stderr, so that data on stdout stays clean; both ends must be a terminal. */
export interface PromptOptions {
  readonly canAsk: boolean;
  readonly signal: AbortSignal;
}

const UNCHANGED = 'Nothing was changed.';

/** Returns when the answer is yes; Problem otherwise (see CommandContext.confirm). */
export async function confirmOnTerminal(question: string, { canAsk, signal }: PromptOptions): Promise<void> {
  if (!canAsk) {
    throw new Problem('confirmation-needed', `This needs a confirmation: ${question}`, {
      found: 'no terminal to ask on',
      state: UNCHANGED,
      next: ['Add --yes to confirm it beforehand.'],
    });
  }
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr, signal });
  if (isCancel(answer) || !answer) throw new Problem('cancelled', 'Not confirmed.', { state: UNCHANGED });
}

/** The answer, which is not shown while it is typed. */
export async function askSecretOnTerminal(question: string, { canAsk, signal }: PromptOptions): Promise<string> {
  if (!canAsk) {
    throw new Problem('confirmation-needed', `There is no terminal to ask on: ${question}`, {
      next: [
        'Give the password by PGPASSWORD, a .pgpass file, or passwordFile or passwordCommand of the configuration.',
      ],
    });
  }
  const { password, isCancel } = await import('@clack/prompts');
  const answer = await password({ message: question, output: process.stderr, signal });
  if (isCancel(answer)) throw new Problem('cancelled', 'No password was given.', { state: UNCHANGED });
  return answer;
}

/** Whether a person sits in front of it: keyboard and screen are both a terminal. */
export function canAskOn(stderr: Writer): boolean {
  return stderr.isTty && process.stdin.isTTY === true;
}
