import type { Socket } from 'node:net';
import type { Client } from 'pg';
import type { ConnectionTarget, TargetHost } from '../target/target.ts';
import type { Authenticator } from './authentication.ts';

export interface ClientParts {
  readonly target: ConnectionTarget;
  readonly host: TargetHost;
  /** Connected, encrypted if it is to be. */
  readonly socket: Socket;
  readonly encrypted: boolean;
  readonly authenticator: Authenticator;
  /** The settings of the start-up message, without user and database. */
  readonly settings: Readonly<Record<string, string>>;
}

/** SCRAM's iteration count is the server's choice; without a bound a hostile one could keep us busy for ever. */
const SCRAM_ITERATIONS_MAX = 10_000_000;

/**
 * A driver client on a connection that we opened. Everything that the driver would look up by itself (PG* variables of the
 * process, ~/.pgpass, TLS) is given, so that nothing but the target decides.
 */
export function newClient(Driver: typeof Client, parts: ClientParts): Client {
  const { target, host, socket, encrypted, authenticator, settings } = parts;
  const client = new Driver({
    host: host.host || host.hostaddr || '',
    port: host.port,
    user: target.user,
    database: target.database,
    password: () => authenticator.password(),
    ssl: false,
    sslnegotiation: 'postgres',
    stream: () => connected(socket),
    keepAlive: false,
    enableChannelBinding: encrypted && target.channelBinding !== 'disable',
    connectionTimeoutMillis: 0,
    ...{ scramMaxIterations: SCRAM_ITERATIONS_MAX },
  });
  const startup = { user: target.user, database: target.database, ...settings };
  Object.assign(client, { getStartupConf: () => startup });
  const connection = client.connection as unknown as DriverConnection;
  guardParser(connection);
  authenticator.watch(client.connection);
  // Without a listener, the loss of an idle connection would end the process; queries report it themselves.
  client.on('error', () => {});
  return client;
}

interface DriverConnection {
  attachListeners(stream: Readable): void;
  emit(event: 'error', error: unknown): boolean;
}

interface Readable {
  on(event: string, listener: (chunk: Buffer) => void): unknown;
}

/** The driver calls connect() on its stream and waits for the event; ours is connected already. */
function connected(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}

/** The driver's parser throws on what it does not know (GSSAPI, OAuth), inside the socket's event: that would end the process. */
function guardParser(connection: DriverConnection): void {
  const attach = connection.attachListeners.bind(connection);
  let starting = true;
  (connection as unknown as { once(event: string, listener: () => void): void }).once('readyForQuery', () => {
    starting = false;
  });
  connection.attachListeners = (stream) =>
    attach({
      on: (event, listener) =>
        stream.on(event, (chunk) => {
          try {
            listener(chunk);
          } catch (error) {
            if (!starting) throw error;
            connection.emit('error', error);
          }
        }),
    });
}
