import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { Problem } from '../problem/problem.ts';
import {
  type Attempt,
  type Encryption,
  encryptions,
  type Outcome,
  type ServerNotice,
  tryOnce,
} from './connect/attempt.ts';
import { explain, isServerError, summarise } from './connect/failures.ts';
import { askSession, passes, unsuitable } from './connect/session-attributes.ts';
import { type Address, addressesOf, ConnectTimeout, within } from './connect/socket.ts';
import type { ReachedHost } from './target/child-environment.ts';
import type { Secret } from './target/secret.ts';
import { type ConnectionTarget, describeHost, type SessionAttributes, type TargetHost } from './target/target.ts';

export interface ConnectOptions {
  /** Shown in pg_stat_activity, unless the user chose a name with application_name or PGAPPNAME. */
  readonly applicationName: string;
  /** Further settings of the start-up message; they stand in front of PGTZ, PGDATESTYLE and PGGEQO. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onNotice?: (notice: ServerNotice) => void;
  /** Gives up connecting. */
  readonly signal?: AbortSignal;
  /** Told of a password that only a command knew, before it is used: for the gate that masks output. */
  readonly onSecret?: (secret: string) => void;
}

const reopeners = new WeakMap<Client, () => Promise<Socket>>();
const reached = new WeakMap<Client, ReachedHost>();

/** Which of the target's hosts gave the session. */
export function reachedHost(client: Client): ReachedHost | undefined {
  return reached.get(client);
}

/**
 * A session on the first host that gives one, as libpq looks for it (manual, "Specifying Multiple Hosts"): each address of
 * each host in order, or at random; with TLS, without or both by sslmode; of the kind that target_session_attrs asks for.
 *
 * Rejects with Problem `connection`, `authentication`, or `target-invalid` (a file of TLS), every attempt told. The loss
 * of the session later shows in its queries; an idle session's loss is the client's `error` event, which may be ignored.
 */
export async function connect(target: ConnectionTarget, options: ConnectOptions): Promise<Client> {
  const attempt = await prepare(target, options);
  const problems: Problem[] = [];
  for (const wanted of passes(target.targetSessionAttrs)) {
    for (const host of inOrder(target.hosts, target)) {
      const result = await tryHost(attempt, host, wanted);
      if (result.client) return result.client;
      problems.push(...result.problems);
      if (result.final) throw summarise(problems, target);
    }
  }
  throw summarise(problems, target);
}

const CANCEL_MS_MAX = 10_000;

/** Asks the server to cancel what the session runs (manual, "Canceling Requests in Progress"). Never rejects: it may be too late. */
export async function cancel(client: Client): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
  const socket = await reopeners
    .get(client)?.()
    .catch(() => undefined);
  if (!socket) return;
  const request = Buffer.alloc(16);
  [16, 80877102, processID, secretKey].forEach((value, i) => {
    request.writeInt32BE(value, i * 4);
  });
  await new Promise<void>((resolve) => {
    // The server answers by closing, once the signal is sent. Our own end stays open until then, as libpq's does: PgBouncer
    // 1.18 takes its closing for a client that is gone, and forgets the request, or crashes.
    socket.once('close', () => resolve()).once('error', () => {});
    socket.once('end', () => socket.end()).setTimeout(CANCEL_MS_MAX, () => socket.destroy());
    socket.write(request);
    socket.resume();
  });
}

async function prepare(target: ConnectionTarget, options: ConnectOptions): Promise<Attempt> {
  const { passwordCommand } = target;
  const commandPassword = passwordCommand ? await runPasswordCommand(target, passwordCommand) : undefined;
  if (commandPassword) options.onSecret?.(commandPassword.reveal());
  const { default: pg } = await import('pg');
  return {
    Driver: pg.Client,
    target,
    settings: startupSettings(target, options),
    commandPassword,
    onNotice: options.onNotice,
    signal: options.signal,
  };
}

async function runPasswordCommand(target: ConnectionTarget, command: readonly string[]): Promise<Secret> {
  const { passwordFromCommand } = await import('./connect/password-command.ts');
  return await passwordFromCommand(target, command);
}

function startupSettings(target: ConnectionTarget, options: ConnectOptions): Record<string, string> {
  return {
    application_name: target.applicationName ?? options.applicationName,
    ...(target.options === undefined ? {} : { options: target.options }),
    ...target.sessionDefaults,
    ...options.settings,
  };
}

interface HostResult {
  readonly client?: Client;
  readonly problems: readonly Problem[];
  /** No other host may be tried: the server was found and said no. */
  readonly final: boolean;
}

async function tryHost(attempt: Attempt, host: TargetHost, wanted: SessionAttributes): Promise<HostResult> {
  const { target, signal } = attempt;
  let addresses: Address[];
  try {
    addresses = await within(target.connectTimeoutMs, signal, (inner) => addressesOf(host, inner));
  } catch (error) {
    const failure = { stage: 'reach', error, host, target, encrypted: false } as const;
    return { problems: [explain(failure)], final: signal?.aborted ?? false };
  }
  const problems: Problem[] = [];
  for (const address of inOrder(addresses, target)) {
    const result = await tryAddress(attempt, host, address, wanted);
    if (result.client) return result;
    problems.push(...result.problems);
    if (result.final) return { problems, final: true };
  }
  return { problems, final: signal?.aborted ?? false };
}

async function tryAddress(
  attempt: Attempt,
  host: TargetHost,
  address: Address,
  wanted: SessionAttributes,
): Promise<HostResult> {
  const problems: Problem[] = [];
  let final = true;
  for (const encryption of encryptions(attempt.target.ssl.sslmode, host)) {
    const outcome = await tryOnce(attempt, host, address, encryption);
    if (outcome.ok) {
      reached.set(outcome.client, { host, address: 'host' in address ? address.host : undefined });
      return await admit(outcome, host, wanted);
    }
    problems.push(explain(outcome.failure));
    final = !nextHostMayHelp(outcome) || attempt.signal?.aborted === true;
    if (!otherEncryptionMayHelp(outcome, encryption)) break;
  }
  return { problems, final };
}

async function admit(
  outcome: Outcome & { ok: true },
  host: TargetHost,
  wanted: SessionAttributes,
): Promise<HostResult> {
  const { client, reopen } = outcome;
  const complaint = wanted === 'any' ? undefined : unsuitable(wanted, await askSession(client));
  if (complaint === undefined) {
    reopeners.set(client, reopen);
    return { client, problems: [], final: false };
  }
  await client.end();
  const problem = new Problem('connection', `${describeHost(host)} is not what target_session_attrs asks for.`, {
    found: complaint,
    expected: `target_session_attrs=${wanted}`,
    next: ['Name the other hosts of the cluster too, or another target_session_attrs.'],
  });
  return { problems: [problem], final: false };
}

/**
 * As in libpq: after a failure of TLS itself, and after a refusal that comes before the authentication is done. A server
 * without TLS was already asked on the plain connection.
 */
function otherEncryptionMayHelp({ failure, authenticated }: Outcome & { ok: false }, tried: Encryption): boolean {
  if (failure.error instanceof ConnectTimeout) return false;
  if (failure.stage === 'tls') return true;
  const asked = tried === 'plain' || failure.encrypted;
  return asked && failure.stage === 'startup' && !authenticated && isServerError(failure.error);
}

/** Another host is asked if this one could not be reached or is not ready; one that refused us has the last word. */
function nextHostMayHelp({ failure: { stage, error } }: Outcome & { ok: false }): boolean {
  if (stage === 'reach' || error instanceof ConnectTimeout) return true;
  if (error instanceof Problem) return false;
  return isServerError(error) ? error.code === '57P03' : stage === 'startup';
}

function inOrder<T>(list: readonly T[], { loadBalanceHosts }: ConnectionTarget): T[] {
  return loadBalanceHosts ? shuffled(list, Math.random) : [...list];
}

/** Fisher and Yates. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
