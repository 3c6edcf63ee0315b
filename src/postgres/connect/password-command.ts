import { Problem } from '../../problem/problem.ts';
import { Secret } from '../target/secret.ts';
import type { ConnectionTarget } from '../target/target.ts';
import { commandOutput } from './command-output.ts';

const answers = new WeakMap<ConnectionTarget, Promise<Secret>>();

/**
 * What the target's password command printed: run at most once a target, without a shell, its talk on our stderr so that
 * it can ask for a passphrase. Rejects with Problem `authentication`; what it printed is never shown.
 */
export function passwordFromCommand(target: ConnectionTarget, command: readonly string[]): Promise<Secret> {
  const known = answers.get(target);
  if (known) return known;
  const answer = runCommand(command);
  answers.set(target, answer);
  // A command that failed may be asked again: the person may have unlocked the store since.
  answer.catch(() => answers.delete(target));
  return answer;
}

async function runCommand(command: readonly string[]): Promise<Secret> {
  const [program = ''] = command;
  const password = (await commandOutput(command, (found) => failed(program, found))).replace(/\r?\n$/, '');
  if (password === '' || password.includes('\n')) {
    throw failed(program, password === '' ? 'it printed nothing' : 'it printed more than one line');
  }
  return new Secret(password, `the command ${program}`);
}

/** Without the cause: Node's error would carry the arguments. */
function failed(program: string, found: string): Problem {
  return new Problem('authentication', `The password command ${program} gave no password.`, {
    found,
    expected: 'the password alone, on one line, and exit status 0',
    next: ['Run the command by hand; it stands in the configuration as "passwordCommand".'],
  });
}
