import type { Complain } from './complaints.ts';
import { defaultHost } from './defaults.ts';
import { buildHosts, type HostAddress } from './hosts.ts';
import type { TargetInputs } from './inputs.ts';
import { SESSION_VARIABLES } from './keywords.ts';
import { lookUpPasswords, passfilePath } from './password.ts';
import { Secret } from './secret.ts';
import type { Settings } from './settings.ts';
import { buildSsl } from './ssl.ts';
import { type ConnectionTarget, isSocket, type SessionAttributes, type TargetHost } from './target.ts';
import { checkValues, readRequireAuth } from './values.ts';

/**
 * libpq waits for ever by default. A migration tool that hangs without a word helps nobody, so a server that takes the
 * connection and then says nothing is given up after a minute; connect_timeout=0 waits for ever here too.
 */
const DEFAULT_TIMEOUT_S = 60;

export interface Parts {
  readonly settings: Settings;
  readonly source: string;
  readonly inputs: TargetInputs;
  readonly passwordCommand?: readonly string[] | undefined;
}

/** The target out of settings whose gaps are filled; libpq's defaults for the rest. Everything wrong is a complaint. */
export function buildTarget(parts: Parts, complain: Complain): ConnectionTarget {
  const { settings, inputs } = parts;
  checkValues(settings, complain);
  const text = (name: string) => settings.get(name)?.value || undefined;
  const user = text('user') ?? inputs.osUser;
  if (user === '') {
    complain('No user is named, and the operating system has no name for this one.', {
      next: ['Name the user with --user.'],
    });
  }
  const database = text('dbname') ?? user;
  const addresses = buildHosts(settings, defaultHost(inputs), complain);
  checkPeer(settings, addresses, complain);
  const secrets = buildPasswords(parts, addresses, { user, database });
  const requireAuth = readRequireAuth(settings.get('require_auth'), complain);
  return {
    hosts: secrets.hosts,
    database,
    user,
    ...present('passwordCommand', secrets.command),
    ...present('passfile', secrets.passfile),
    ssl: buildSsl(settings, inputs, complain),
    connectTimeoutMs: timeoutMs(text('connect_timeout')),
    targetSessionAttrs: (text('target_session_attrs') as SessionAttributes | undefined) ?? 'any',
    loadBalanceHosts: text('load_balance_hosts') === 'random',
    ...present('options', text('options')),
    ...present('applicationName', text('application_name')),
    sessionDefaults: sessionDefaults(inputs),
    keepalives: Number(text('keepalives') ?? 1) !== 0,
    keepalivesIdleMs: Math.max(0, Number(text('keepalives_idle') ?? 0)) * 1000,
    channelBinding: (text('channel_binding') as ConnectionTarget['channelBinding'] | undefined) ?? 'prefer',
    ...present('requireAuth', requireAuth),
    gssencmode: text('gssencmode') === 'disable' ? 'disable' : 'prefer',
    source: parts.source,
    warnings: secrets.warnings,
  };
}

interface Passwords {
  readonly hosts: TargetHost[];
  readonly command?: readonly string[] | undefined;
  readonly passfile?: string | undefined;
  readonly warnings: string[];
}

/** In order: typed in, the environment's command, given with the target or in PGPASSWORD, the password file. */
function buildPasswords(
  { settings, inputs, passwordCommand }: Parts,
  addresses: readonly HostAddress[],
  who: { user: string; database: string },
): Passwords {
  const typed = inputs.flags.passwordPrompted;
  const given = settings.get('password');
  const secret =
    typed !== undefined
      ? new Secret(typed, 'the prompt')
      : given?.value && !passwordCommand
        ? new Secret(given.value, given.origin)
        : undefined;
  if (secret) return { hosts: addresses.map((address) => ({ ...address, password: secret })), warnings: [] };
  if (passwordCommand) return { hosts: [...addresses], command: passwordCommand, warnings: [] };
  const passfile = passfilePath(settings, inputs);
  const { passwords, warning } = lookUpPasswords(passfile, addresses, who, inputs);
  const hosts = addresses.map((address, i) => ({ ...address, ...present('password', passwords[i]) }));
  return { hosts, passfile, warnings: warning ? [warning] : [] };
}

/** Node does not tell who runs the server at the other end of a socket; over TCP libpq ignores the parameter as well. */
function checkPeer(settings: Settings, addresses: readonly HostAddress[], complain: Complain): void {
  const peer = settings.get('requirepeer');
  if (!peer?.value || !addresses.some(({ host, hostaddr }) => hostaddr === undefined && isSocket(host))) return;
  complain(`${peer.origin}: requirepeer cannot be checked here.`, {
    found: 'Node does not tell who owns the other end of a unix socket',
    next: ['Take it out, or connect over TCP with sslmode=verify-full.'],
  });
}

/** Seconds; libpq takes 1 for 2, and anything below 1 for ever. */
function timeoutMs(text: string | undefined): number {
  const seconds = Number(text ?? DEFAULT_TIMEOUT_S);
  return seconds <= 0 ? 0 : Math.max(2, seconds) * 1000;
}

function sessionDefaults({ env }: TargetInputs): Record<string, string> {
  const defaults: Record<string, string> = {};
  for (const [variable, setting] of Object.entries(SESSION_VARIABLES)) {
    const value = env[variable];
    // libpq: the word "default" leaves it to the server.
    if (value && value.toLowerCase() !== 'default') defaults[setting] = value;
  }
  return defaults;
}

function present<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: V });
}
