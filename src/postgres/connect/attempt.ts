import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { Secret } from '../target/secret.ts';
import { type ConnectionTarget, isSocket, type SslMode, type TargetHost } from '../target/target.ts';
import { requestTls, startTls, TlsRefused } from '../tls.ts';
import { Authenticator } from './authentication.ts';
import { newClient } from './client.ts';
import type { Failure, Stage } from './failure.ts';
import { type Address, destroyOnAbort, openSocket, within } from './socket.ts';

export type Encryption = 'plain' | 'tls';

/** A message of the server beside results, as the driver has it. */
export interface ServerNotice {
  readonly severity: string | undefined;
  readonly message: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** What every attempt needs. */
export interface Attempt {
  readonly Driver: typeof Client;
  readonly target: ConnectionTarget;
  readonly settings: Readonly<Record<string, string>>;
  readonly commandPassword: Secret | undefined;
  readonly onNotice: ((notice: ServerNotice) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

export type Outcome =
  | { readonly ok: true; readonly client: Client; readonly reopen: () => Promise<Socket> }
  | { readonly ok: false; readonly failure: Failure; readonly authenticated: boolean };

/** In which order encryption is tried (manual, table "SSL Mode Descriptions"); a unix socket is never encrypted. */
export function encryptions(sslmode: SslMode, host: TargetHost): readonly Encryption[] {
  if (sslmode === 'disable' || (host.hostaddr === undefined && isSocket(host.host))) return ['plain'];
  if (sslmode === 'allow') return ['plain', 'tls'];
  return sslmode === 'prefer' ? ['tls', 'plain'] : ['tls'];
}

/** One address, one encryption: from the first packet to a session, within the target's connect_timeout. */
export async function tryOnce(
  attempt: Attempt,
  host: TargetHost,
  address: Address,
  encryption: Encryption,
): Promise<Outcome> {
  const { target } = attempt;
  const authenticator = new Authenticator(target, host, host.password ?? attempt.commandPassword);
  const progress: Progress = { stage: 'reach', encrypted: false };
  try {
    const client = await within(target.connectTimeoutMs, attempt.signal, async (signal) => {
      const socket = await openEncrypted(target, host, address, encryption, signal, progress);
      progress.stage = 'startup';
      const { encrypted } = progress;
      const client = newClient(attempt.Driver, { ...attempt, host, socket, encrypted, authenticator });
      if (attempt.onNotice) client.on('notice', attempt.onNotice);
      return await client.connect();
    });
    const reopen = () =>
      within(target.connectTimeoutMs, undefined, (signal) =>
        openEncrypted(target, host, address, progress.encrypted ? 'tls' : 'plain', signal, { ...progress }),
      );
    return { ok: true, client, reopen };
  } catch (error) {
    progress.socket?.destroy();
    const { stage, encrypted } = progress;
    const failure = { stage, error, host, target, encrypted, secret: authenticator.state.secret };
    return { ok: false, failure, authenticated: authenticator.state.done };
  }
}

interface Progress {
  stage: Stage;
  encrypted: boolean;
  socket?: Socket;
}

async function openEncrypted(
  target: ConnectionTarget,
  host: TargetHost,
  address: Address,
  encryption: Encryption,
  signal: AbortSignal,
  progress: Progress,
): Promise<Socket> {
  const keepAliveMs = target.keepalives ? target.keepalivesIdleMs : undefined;
  const socket = await openSocket(address, keepAliveMs, signal);
  progress.socket = socket;
  if (encryption === 'plain') return socket;
  progress.stage = 'tls';
  if (target.ssl.sslnegotiation === 'postgres' && !(await requestTls(socket))) {
    // libpq goes on without encryption on the same connection where the mode leaves that open.
    if (target.ssl.sslmode === 'prefer' || target.ssl.sslmode === 'allow') return socket;
    throw new TlsRefused('N', 'the server offers no TLS');
  }
  const secure = await startTls(socket, target.ssl, host);
  destroyOnAbort(secure, signal);
  progress.encrypted = true;
  progress.socket = secure;
  return secure;
}
