import { type Pooler, startPooler } from '../support/pgbouncer.ts';
import { type Engine, type OwnServer, ownServer, server } from '../support/servers.ts';
import { type Bed, openBed } from './bed.ts';
import { Random } from './random.ts';

/** One kind of fault, with all its cases. A case's name says everything that is needed to repeat it. */
export interface Kind {
  readonly name: string;
  /** How many parts, between slashes, a case's name has. */
  readonly parts: number;
  /** Names of all its cases, each beginning with the kind's own. */
  cases(world: World): Promise<readonly string[]>;
  /** Throws where a promise is broken. */
  run(world: World, name: string): Promise<void>;
  /** How many of them are tried in every run of the tests. */
  readonly sample: number;
}

/** A bed whose server may be stopped and started. */
export interface OwnBed extends Bed {
  crash(): Promise<void>;
  start(): Promise<void>;
}

/** Servers, beds and chance for the cases of one process; closed at its end. */
export class World {
  readonly seed: string;
  readonly #beds = new Map<Engine, Promise<Bed>>();
  readonly #own = new Map<Engine, Promise<OwnBed>>();
  readonly #poolers = new Map<string, Promise<Pooler>>();
  readonly #stop: (() => Promise<void>)[] = [];

  constructor(seed: string) {
    this.seed = seed;
  }

  /** The same numbers whenever the case is repeated with the same seed. */
  random(name: string): Random {
    return new Random(`${this.seed} ${name}`);
  }

  /** On the server of that major that all tests share. */
  bed(engine: Engine): Promise<Bed> {
    const bed = this.#beds.get(engine) ?? server(engine).then((shared) => this.#open(shared));
    this.#beds.set(engine, bed);
    return bed;
  }

  /** On a server of this process alone. */
  ownBed(engine: Engine): Promise<OwnBed> {
    const bed = this.#own.get(engine) ?? this.#openOwn(engine);
    this.#own.set(engine, bed);
    return bed;
  }

  /** PgBouncer in transaction mode in front of the shared server. */
  pooler(engine: Engine, poolSize: number): Promise<Pooler> {
    const key = `${engine} ${poolSize}`;
    const pooler = this.#poolers.get(key) ?? this.#openPooler(engine, poolSize);
    this.#poolers.set(key, pooler);
    return pooler;
  }

  async close(): Promise<void> {
    for (const stop of this.#stop.reverse()) await stop();
  }

  async #open(shared: Parameters<typeof openBed>[0]): Promise<Bed> {
    const bed = await openBed(shared);
    this.#stop.push(() => bed.close());
    return bed;
  }

  async #openPooler(engine: Engine, poolSize: number): Promise<Pooler> {
    const pooler = await startPooler(await server(engine), { poolSize });
    this.#stop.push(() => pooler.kill());
    return pooler;
  }

  async #openOwn(engine: Engine): Promise<OwnBed> {
    let own: OwnServer = await ownServer(engine);
    this.#stop.push(() => own.stop());
    const bed = await this.#open(own);
    const start = async () => {
      const { port } = own;
      own = await own.restart();
      if (own.port !== port) throw new Error(`port ${port} was taken while the server was away`);
    };
    return { ...bed, crash: () => own.crash(), start };
  }
}
