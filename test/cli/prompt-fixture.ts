import { askSecretOnTerminal, canAskOn, confirmOnTerminal } from '../../src/cli/prompt.ts';
import { Problem } from '../../src/problem/problem.ts';

/** Asks both questions and prints the answers. Run by prompt.test.ts, on a terminal and without one. */
const signal = new AbortController().signal;
const canAsk = canAskOn({ isTty: process.stderr.isTTY === true } as Parameters<typeof canAskOn>[0]);
try {
  await confirmOnTerminal('Apply 3 migrations?', { canAsk, signal });
  console.log('confirmed');
  console.log(`length ${(await askSecretOnTerminal('Password', { canAsk, signal })).length}`);
} catch (error) {
  console.log(error instanceof Problem ? `${error.code}: ${error.fields.next?.[0] ?? error.message}` : error);
}
process.exit(0);
