import type { EventEmitter } from 'node:events';
import { Problem } from '../../problem/problem.ts';
import type { Secret } from '../target/secret.ts';
import { type AuthMethod, type ConnectionTarget, describeHost, type TargetHost } from '../target/target.ts';

/** What the server and we agreed on so far. */
export interface Authentication {
  /** How the server asked; `none` until it asks. */
  method: AuthMethod;
  /** SCRAM bound to the TLS connection is on offer. */
  bindable: boolean;
  /** The server proved that it knows the password's verifier too (the end of SCRAM). */
  proved: boolean;
  /** AuthenticationOk has come: later errors are not about who we are. */
  done: boolean;
  /** The password that was used, for messages. */
  secret?: Secret;
}

/**
 * Watches the authentication and stops it where the target forbids it: require_auth and channel_binding (manual,
 * "Parameter Key Words"), and a server that skips its own half of SCRAM. A password is only sent after this said yes.
 */
export class Authenticator {
  readonly state: Authentication = { method: 'none', bindable: false, proved: false, done: false };
  readonly #target: ConnectionTarget;
  readonly #host: TargetHost;
  readonly #secret: Secret | undefined;

  constructor(target: ConnectionTarget, host: TargetHost, secret: Secret | undefined) {
    this.#target = target;
    this.#host = host;
    this.#secret = secret;
  }

  /** Listens before the driver does, so that what it learns holds when the driver asks for the password. */
  watch(connection: EventEmitter): void {
    connection.on('authenticationCleartextPassword', () => this.#asked('password'));
    connection.on('authenticationMD5Password', () => this.#asked('md5'));
    connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: string[] }) => {
      this.state.bindable = mechanisms.includes('SCRAM-SHA-256-PLUS');
      this.#asked(mechanisms.some((name) => name.startsWith('SCRAM')) ? 'scram-sha-256' : 'oauth');
    });
    connection.on('authenticationSASLFinal', () => {
      this.state.proved = true;
    });
    connection.on('authenticationOk', () => {
      this.state.done = true;
      const refusal = this.#refusal();
      if (refusal) connection.emit('error', refusal);
    });
  }

  /** The password for the driver. Throws Problem `authentication` if there is none, or if it must not be used like this. */
  password(): string {
    const refusal = this.#refusal();
    if (refusal) throw refusal;
    if (!this.#secret || this.#secret.reveal() === '') throw this.#noPassword();
    this.state.secret = this.#secret;
    return this.#secret.reveal();
  }

  #asked(method: AuthMethod): void {
    this.state.method = method;
  }

  #refusal(): Problem | undefined {
    const { method, bindable, proved, done } = this.state;
    const { requireAuth, channelBinding } = this.#target;
    if (requireAuth && !requireAuth.includes(method)) {
      const found = method === 'none' ? 'the server asked for nothing' : `the server asked for ${method}`;
      return this.#refuse('require_auth forbids this authentication', found, requireAuth.join(', '));
    }
    if (channelBinding === 'require' && !(method === 'scram-sha-256' && bindable)) {
      const next = 'SCRAM with channel binding, which needs TLS and a password stored as scram-sha-256';
      return this.#refuse('channel_binding=require cannot be kept', 'the server offers no channel binding', next);
    }
    if (done && method === 'scram-sha-256' && !proved) {
      return this.#refuse('The server did not finish SCRAM', 'no proof that it knows the password', 'that proof');
    }
    return undefined;
  }

  #refuse(message: string, found: string, expected: string): Problem {
    return new Problem('authentication', `${message} at ${describeHost(this.#host)}.`, { found, expected });
  }

  #noPassword(): Problem {
    const { user, passfile, warnings, database } = this.#target;
    const { host, hostaddr, port } = this.#host;
    const line = [host || hostaddr, port, database, user].join(':');
    return new Problem(
      'authentication',
      `${describeHost(this.#host)} asks for the password of "${user}", and none was given.`,
      {
        ...(warnings.length > 0 ? { found: warnings.join(' ') } : {}),
        next: [
          'Give it with --password (asks for it) or PGPASSWORD.',
          ...(passfile ? [`Or add a line to ${passfile} (mode 0600): ${line}:PASSWORD`] : []),
        ],
      },
    );
  }
}
