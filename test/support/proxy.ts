/**
 * A TCP proxy on the loopback that sees the single messages of PostgreSQL's protocol in both directions and can, at any of
 * them, cut the connection, hold it back, or do what a test likes before it goes on.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Direction, type Frame, Framer, startupParameter } from './protocol.ts';

/** One message on its way; numbers count from 1 over all connections since the proxy was last rearmed. */
export interface Message {
  readonly direction: Direction;
  readonly type: string;
  readonly number: number;
  readonly connection: ProxiedConnection;
  readonly bytes: Buffer;
}

export interface ProxiedConnection {
  /** `control` or `migration`, from application_name; anything else as it is. */
  readonly purpose: string;
  /** The process that the server's start-up answer named; 0 before that. */
  readonly pid: number;
  /** Both sides are told that the other is gone; what was passed on arrives. */
  cut(): void;
}

/** `cut-after` delivers the message, `cut` does not. */
export type Verdict = 'pass' | 'cut' | 'cut-after';
export type Judge = (message: Message) => Verdict | Promise<Verdict>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface MessageProxy {
  readonly port: number;
  readonly connections: ReadonlySet<ProxiedConnection>;
  readonly counts: Readonly<Record<Direction, number>>;
  /** Counts from 1 again, and asks `judge` (default: let everything pass) about each message from now on. */
  rearm(judge?: Judge): void;
  /** Where new connections lead; undefined: nowhere, they are closed at once. */
  lead(target: Address | undefined): void;
  cutAll(): void;
  /** Milliseconds that each message is held back. */
  delay(ms: number): void;
  close(): Promise<void>;
}

const PASS: Judge = () => 'pass';

export async function startProxy(target: Address): Promise<MessageProxy> {
  const proxy = new ProxyServer(target);
  await proxy.listen();
  return proxy;
}

class ProxyServer implements MessageProxy {
  readonly connections = new Set<Connection>();
  counts: Record<Direction, number> = { front: 0, back: 0 };
  latencyMs = 0;
  #judge: Judge = PASS;
  #target: Address | undefined;
  readonly #server: Server;
  /** Also those that are cut, and have not delivered everything yet: a peer that is stopped takes nothing. */
  readonly #open = new Set<Connection>();

  constructor(target: Address) {
    this.#target = target;
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client));
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve());
    });
  }

  rearm(judge: Judge = PASS): void {
    this.counts = { front: 0, back: 0 };
    this.#judge = judge;
  }

  lead(target: Address | undefined): void {
    this.#target = target;
  }

  delay(ms: number): void {
    this.latencyMs = ms;
  }

  cutAll(): void {
    for (const connection of this.connections) connection.cut();
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#open) connection.destroy();
    return closed;
  }

  forget(connection: Connection): void {
    this.connections.delete(connection);
  }

  gone(connection: Connection): void {
    this.#open.delete(connection);
  }

  judge(connection: Connection, direction: Direction, { type, bytes }: Frame): Verdict | Promise<Verdict> {
    this.counts[direction] += 1;
    return this.#judge({ direction, type, bytes, connection, number: this.counts[direction] });
  }

  #accept(client: Socket): void {
    if (!this.#target) return void client.resetAndDestroy();
    const connection = new Connection(this, client, connect({ ...this.#target, noDelay: true }));
    this.connections.add(connection);
    this.#open.add(connection);
  }
}

class Connection implements ProxiedConnection {
  purpose = '';
  pid = 0;
  readonly #proxy: ProxyServer;
  readonly #sides: Readonly<Record<Direction, Socket>>;
  readonly #framers = { front: new Framer('front'), back: new Framer('back') };
  readonly #busy = { front: false, back: false };
  #isCut = false;

  constructor(proxy: ProxyServer, client: Socket, server: Socket) {
    this.#proxy = proxy;
    this.#sides = { front: client, back: server };
    for (const direction of ['front', 'back'] as const) {
      const side = this.#sides[direction];
      side.on('data', (chunk) => {
        this.#framers[direction].add(chunk as Buffer);
        this.#drain(direction);
      });
      side.on('error', () => {});
      side.on('close', () => {
        if (this.#sides.front.destroyed && this.#sides.back.destroyed) this.#proxy.gone(this);
        this.#whenIdle(() => this.cut());
      });
    }
  }

  cut(): void {
    this.#isCut = true;
    this.#proxy.forget(this);
    for (const side of [this.#sides.front, this.#sides.back]) side.destroySoon();
  }

  destroy(): void {
    this.cut();
    for (const side of [this.#sides.front, this.#sides.back]) side.destroy();
  }

  /** A message that is being looked at is delivered before the end of its connection is. */
  #whenIdle(then: () => void): void {
    if (this.#busy.front || this.#busy.back) void sleep(1).then(() => this.#whenIdle(then));
    else then();
  }

  #drain(from: Direction): void {
    if (this.#busy[from] || this.#isCut) return;
    const sink = this.#sides[from === 'front' ? 'back' : 'front'];
    sink.cork();
    for (let frame = this.#framers[from].next(); frame; frame = this.#framers[from].next()) {
      this.#learn(from, frame);
      const verdict = this.#proxy.judge(this, from, frame);
      if (typeof verdict !== 'string' || this.#proxy.latencyMs > 0) {
        void this.#later(from, frame, sink, verdict);
        break;
      }
      this.#deliver(frame, sink, verdict);
      if (this.#isCut) break;
    }
    process.nextTick(() => sink.uncork());
  }

  async #later(from: Direction, frame: Frame, sink: Socket, verdict: Verdict | Promise<Verdict>): Promise<void> {
    this.#busy[from] = true;
    if (this.#proxy.latencyMs > 0) await sleep(this.#proxy.latencyMs);
    this.#deliver(frame, sink, await verdict);
    this.#busy[from] = false;
    this.#drain(from);
  }

  #deliver(frame: Frame, sink: Socket, verdict: Verdict): void {
    if (this.#isCut) return;
    if (verdict !== 'cut') sink.write(frame.bytes);
    if (verdict !== 'pass') this.cut();
  }

  #learn(from: Direction, frame: Frame): void {
    if (from === 'front' && frame.type === 'ssl') this.#framers.back.expectBareAnswer();
    if (from === 'front' && frame.type === 'startup') {
      this.purpose = (startupParameter(frame, 'application_name') ?? '').replace(/^taskflow-db /, '');
    }
    if (from === 'back' && frame.type === 'K') this.pid = frame.bytes.readInt32BE(5);
  }
}
