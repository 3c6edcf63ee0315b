import { spawn } from 'node:child_process';
import { Problem } from '../../problem/problem.ts';
import { Secret } from '../target/secret.ts';
import type { ConnectionTarget } from '../target/target.ts';

const TIMEOUT_MS = 120_000;
const OUTPUT_MAX = 64 * 1024;

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
  const [program = '', ...args] = command;
  const password = (await outputOf(program, args)).replace(/\r?\n$/, '');
  if (password === '' || password.includes('\n')) {
    throw failed(program, password === '' ? 'it printed nothing' : 'it printed more than one line');
  }
  return new Secret(password, `the command ${program}`);
}

function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'inherit'], shell: false });
    // Not spawn's own time-out: that one stays armed, and this process alive, if the program cannot be started.
    const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (output.length < OUTPUT_MAX) output += chunk;
    });
    child.once('error', (cause) => {
      clearTimeout(timer);
      reject(failed(program, `it cannot be run: ${cause.message}`));
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve(output);
      else reject(failed(program, signal ? `it was ended by ${signal}` : `its exit status is ${status}`));
    });
  });
}

/** Without the cause: Node's error would carry the arguments. */
function failed(program: string, found: string): Problem {
  return new Problem('authentication', `The password command ${program} gave no password.`, {
    found,
    expected: 'the password alone, on one line, and exit status 0',
    next: ['Run the command by hand; it stands in the configuration as "passwordCommand".'],
  });
}
