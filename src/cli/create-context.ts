import { loadSettings, type Settings } from '../config/settings.ts';
import type { Mask } from '../report/mask.ts';
import type { Arguments } from './args.ts';
import type { CommandContext, Writer } from './context.ts';
import type { CommandSpec } from './spec.ts';

export interface Surroundings {
  readonly commands: readonly CommandSpec[];
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly mask: Mask;
  readonly env: CommandContext['env'];
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** The context of one command: its arguments within the surroundings of the process. */
export function createContext(args: Arguments, around: Surroundings): CommandContext {
  const { commands, stdout, stderr, mask, env, cwd, signal } = around;
  let settings: Settings | undefined;
  return {
    args,
    commands,
    settings: () => (settings ??= readSettings(args, env, cwd)),
    settingsOf: (environment) => readSettings(args, env, cwd, environment),
    stdout,
    stderr,
    wantsJson: args.has('json'),
    quiet: args.has('quiet'),
    verbose: args.has('verbose'),
    env,
    cwd,
    signal,
    confirm: async (question) => {
      if (args.has('yes')) return;
      const { confirmOnTerminal, canAskOn } = await import('./prompt.ts');
      await confirmOnTerminal(question, { canAsk: canAskOn(stderr), signal });
    },
    confirmName: async (question, name, next) => {
      const { confirmNameOnTerminal, canAskOn } = await import('./prompt.ts');
      await confirmNameOnTerminal(question, name, next, { canAsk: canAskOn(stderr), signal });
    },
    askSecret: async (question) => {
      const { askSecretOnTerminal, canAskOn } = await import('./prompt.ts');
      const secret = await askSecretOnTerminal(question, { canAsk: canAskOn(stderr), signal });
      mask.hide(secret);
      return secret;
    },
    hide: mask.hide,
    masked: mask.apply,
    // Each text by itself: with its line breaks written out, a password might not be known for one any more.
    json: (value) => stdout.line(JSON.stringify(value, (_, inside) => maskText(inside, mask), 2)),
  };
}

function maskText(value: unknown, mask: Mask): unknown {
  return typeof value === 'string' ? mask.apply(value) : value;
}

function readSettings(
  args: Arguments,
  env: CommandContext['env'],
  cwd: string,
  environment = args.value('env'),
): Settings {
  return loadSettings({
    cwd,
    env,
    flags: {
      config: args.value('config'),
      env: environment,
      directories: args.values('dir'),
      lockTimeout: args.value('lock-timeout'),
      lockBudget: args.value('lock-budget'),
      hold: args.value('hold'),
      failOn: args.value('fail-on'),
      serverVersion: args.value('server-version'),
      wait: args.value('wait'),
      strict: args.has('strict'),
      requireApproval: args.has('require-approval'),
      cancelBlockers: args.value('cancel-blockers'),
      backup: args.value('backup'),
      backupTo: args.value('backup-to'),
    },
  });
}
