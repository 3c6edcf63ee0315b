import { spawn } from 'node:child_process';

const TIMEOUT_MS = 120_000;
const OUTPUT_MAX = 64 * 1024;

/**
 * What a command printed that hands out a secret: run without a shell, its talk on our stderr so that it can ask for a
 * passphrase. Rejects with what `failed` makes of the reason, which never holds what it printed nor its arguments.
 */
export function commandOutput(command: readonly string[], failed: (found: string) => Error): Promise<string> {
  const [program = '', ...args] = command;
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
      reject(failed(`it cannot be run: ${cause.message}`));
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve(output);
      else reject(failed(signal ? `it was ended by ${signal}` : `its exit status is ${status}`));
    });
  });
}
