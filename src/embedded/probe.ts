/**
 * The smallest client that can tell whether a server answers: startup packet, at most one simple query, terminate
 * (PostgreSQL manual, "Frontend/Backend Protocol", "Message Flow"). Only for our own servers, which trust the socket; everything else
 * goes through `src/postgres`.
 */
import { connect } from 'node:net';
import { SUPERUSER } from './options.ts';

export interface Address {
  /** A socket directory (absolute path) or a host name. */
  readonly host: string;
  readonly port: number;
}

export interface Answer {
  readonly serverVersion: string;
  /** The rows of the query in text form. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The server answered with an error: it is there, but refuses. */
export class Refusal extends Error {
  readonly sqlstate: string;

  constructor(sqlstate: string, message: string) {
    super(message);
    this.sqlstate = sqlstate;
  }
}

/** The path of the socket file in its directory (manual, "unix_socket_directories"). */
function socketFile(address: Address): string {
  return `${address.host}/.s.PGSQL.${address.port}`;
}

/**
 * Connects as the superuser, runs `sql` if given, disconnects. Rejects with a Refusal, or with the socket's own error
 * (`code` is ENOENT, ECONNREFUSED, EACCES, ETIMEDOUT).
 */
export function ask(address: Address, database: string, sql?: string, timeoutMs = 10_000): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      address.host.startsWith('/') ? { path: socketFile(address) } : { host: address.host, port: address.port },
    );
    const conversation = new Conversation(sql);
    const finish = (error?: Error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve(conversation.answer());
    };
    socket.setTimeout(timeoutMs, () => finish(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
    socket.on('connect', () => socket.write(startupPacket(database)));
    socket.on('error', finish);
    socket.on('close', () => finish(Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' })));
    socket.on('data', (chunk) => {
      for (const reply of conversation.receive(chunk)) socket.write(reply);
      if (conversation.error) finish(conversation.error);
      else if (conversation.done) socket.end(TERMINATE, () => finish());
    });
  });
}

const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);

function startupPacket(database: string): Buffer {
  const parameters = `user\0${SUPERUSER}\0database\0${database}\0application_name\0taskflow-db launcher\0\0`;
  const packet = Buffer.alloc(8 + Buffer.byteLength(parameters));
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(196_608, 4);
  packet.write(parameters, 8);
  return packet;
}

function queryMessage(sql: string): Buffer {
  const packet = Buffer.alloc(6 + Buffer.byteLength(sql));
  packet.write('Q', 0);
  packet.writeInt32BE(packet.length - 1, 1);
  packet.write(sql, 5);
  return packet;
}

/** One exchange: bytes in, bytes out; knows nothing of sockets. */
class Conversation {
  private pending: Buffer = Buffer.alloc(0);
  private sql: string | undefined;
  private serverVersion = '';
  private readonly rows: (string | null)[][] = [];
  error: Error | undefined;
  done = false;

  constructor(sql: string | undefined) {
    this.sql = sql;
  }

  answer(): Answer {
    return { serverVersion: this.serverVersion, rows: this.rows };
  }

  /** Takes in what arrived; returns what to send back. */
  receive(chunk: Buffer): Buffer[] {
    this.pending = Buffer.concat([this.pending, chunk]);
    const replies: Buffer[] = [];
    while (this.pending.length >= 5) {
      const end = 1 + this.pending.readInt32BE(1);
      if (this.pending.length < end) break;
      const reply = this.message(String.fromCharCode(this.pending[0]!), this.pending.subarray(5, end));
      this.pending = this.pending.subarray(end);
      if (reply) replies.push(reply);
    }
    return replies;
  }

  private message(type: string, body: Buffer): Buffer | undefined {
    if (type === 'E') this.error ??= refusal(body);
    else if (type === 'R' && body.readInt32BE(0) !== 0)
      this.error ??= new Refusal('28000', 'the server asks for a password');
    else if (type === 'S') this.parameter(body);
    else if (type === 'D') this.rows.push(fields(body));
    else if (type === 'Z') return this.ready();
    return undefined;
  }

  private parameter(body: Buffer): void {
    const [name, value] = body.toString('utf8').split('\0');
    if (name === 'server_version') this.serverVersion = (value ?? '').split(' ')[0]!;
  }

  private ready(): Buffer | undefined {
    if (this.sql === undefined) {
      this.done = true;
      return undefined;
    }
    const message = queryMessage(this.sql);
    this.sql = undefined;
    return message;
  }
}

function refusal(body: Buffer): Refusal {
  const parts = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((part) => [part.slice(0, 1), part.slice(1)]),
  );
  return new Refusal(parts.get('C') ?? 'XX000', parts.get('M') ?? 'unknown error');
}

function fields(body: Buffer): (string | null)[] {
  const values: (string | null)[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}
