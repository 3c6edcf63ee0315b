import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import { createMask } from '../report/mask.ts';
import { maskProblem } from '../report/mask-problem.ts';
import { problemJson } from '../report/problem-json.ts';
import { renderProblem } from '../report/problem-text.ts';
import { type Invocation, readArguments } from './args.ts';
import type { CommandModule } from './context.ts';
import type { Surroundings } from './create-context.ts';
import { renderHelp } from './help.ts';
import { COMMANDS } from './registry.ts';
import { watchSignals } from './signals.ts';
import { createWriter } from './terminal.ts';
import { VERSION } from './version.ts';

const argv = process.argv.slice(2);
const mask = createMask();
const writerOptions = { mask, env: process.env, noColor: argv.includes('--no-color') };
const stdout = createWriter(1, writerOptions);
const stderr = createWriter(2, writerOptions);

/** The only place that ends the process: pools, timers and a started server must not keep it alive. */
process.on('uncaughtException', (error) => process.exit(report(error)));
run().then((status) => process.exit(written(status)));

async function run(): Promise<number> {
  try {
    return await perform(readArguments(argv, COMMANDS));
  } catch (error) {
    return report(error);
  }
}

async function perform(invocation: Invocation<CommandModule>): Promise<number> {
  if (invocation.kind === 'help') return showHelp(invocation);
  if (invocation.kind === 'version') return showVersion();
  const module = await invocation.path.at(-1)!.load!();
  const { createContext } = await import('./create-context.ts');
  return module.run(createContext(invocation.args, surroundings()));
}

/** Help that was asked for goes to stdout; a bare `taskflow-db` is a usage error, so its help is talk. */
function showHelp({ path, form }: Extract<Invocation, { kind: 'help' }>): ExitStatus {
  const asked = argv.length > 0;
  const out = asked ? stdout : stderr;
  out.write(renderHelp(path, COMMANDS, form, out));
  return asked ? EXIT.done : EXIT.usage;
}

function showVersion(): ExitStatus {
  stdout.line(`taskflow-db ${VERSION}`);
  return EXIT.done;
}

function surroundings(): Surroundings {
  const signal = watchSignals(() => {
    if (stderr.isTty) stderr.line('\nStopping; press Ctrl-C again to end at once.');
  });
  return { commands: COMMANDS, stdout, stderr, mask, env: process.env, cwd: process.cwd(), signal };
}

/** Output that could not be written is no success, except where the reader had seen enough. */
function written(status: number): number {
  const { failure } = stdout;
  if (!failure || failure.code === 'EPIPE') return status;
  stderr.line(`error: the output could not be written: ${failure.message}`);
  return status === EXIT.done ? EXIT.failed : status;
}

/** Shows what went wrong and gives the exit status. A user's mistake shows no stack, ours does. */
function report(error: unknown): ExitStatus {
  const original = error instanceof Problem ? error : bug(error);
  const problem = maskProblem(original, mask);
  if (argv.includes('--json')) stdout.line(JSON.stringify({ ok: false, problem: problemJson(problem) }, undefined, 2));
  else stderr.write(renderProblem(problem, stderr));
  if (problem.code === 'internal') stderr.line(stackOf(original.fields.cause ?? original));
  return problem.exitStatus;
}

function bug(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  return new Problem('internal', `this is a bug in taskflow-db: ${message}`, {
    cause: error,
    next: [`Please report it with the lines below and the version (taskflow-db ${VERSION}, Node ${process.version}).`],
  });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
