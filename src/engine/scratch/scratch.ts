import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ServerInfo } from '../../postgres/server-info.ts';
import type { Session } from '../../postgres/session.ts';
import { SessionLost } from '../../postgres/session-lost.ts';
import type { ConnectionTarget } from '../../postgres/target/target.ts';
import { attach, Problem } from '../../problem/problem.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { cancelled } from '../pause.ts';
import { openSession } from '../sessions.ts';
import { Keeper, notDropped } from './keeper.ts';
import { LeftOut } from './left-out.ts';
import { type RunMark, runMarkOf, scratchName } from './scratch-name.ts';
import { findPlace, type ScratchInputs, type ScratchPlace } from './scratch-place.ts';
import { ScratchRoles } from './scratch-roles.ts';

/** A database that is made for a proof and dropped behind it. */
export interface ScratchDatabase {
  readonly name: string;
  /** Works on it with the settings of the run; says nothing of what it does there. */
  readonly engine: Engine;
  /** Ends whoever is connected. Dropping it twice does no harm; what the server refuses to drop is tried again, and told, at the end. */
  drop(): Promise<void>;
}

/** A server on which proofs have their databases, for one run. */
export class Scratch {
  readonly place: ScratchPlace;
  readonly roles: ScratchRoles;
  /** What its databases do without. */
  readonly leftOut = new LeftOut();
  readonly #keeper: Keeper;
  readonly #inputs: ScratchInputs;
  readonly #mark: RunMark;
  #made = 0;
  readonly #names = new Set<string>();

  constructor(place: ScratchPlace, keeper: Keeper, inputs: ScratchInputs, mark: RunMark) {
    this.place = place;
    this.#keeper = keeper;
    this.#inputs = inputs;
    this.#mark = mark;
    this.roles = new ScratchRoles(keeper, place, mark, inputs.settings.role);
  }

  get server(): ServerInfo {
    return this.#keeper.server;
  }

  get lost(): Error | undefined {
    return this.#keeper.lost;
  }

  /** The default versions of the extensions that the server offers, by name. */
  async extensions(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#keeper.query(
      'SELECT name, default_version AS version FROM pg_catalog.pg_available_extensions',
    );
    return new Map(rows.map(({ name, version }) => [name ?? '', version ?? '']));
  }

  /** What is worth knowing of the run, for people, but for what is left out of files that are `told` of elsewhere. */
  async notes(told?: ReadonlySet<string>): Promise<string[]> {
    return [...(await this.roles.notes()), ...this.leftOut.notes(told)];
  }

  /** A new database: empty, or a copy of another scratch database, to which nobody may be connected. */
  async create(template?: ScratchDatabase): Promise<ScratchDatabase> {
    const name = scratchName(this.#mark, ++this.#made);
    const role = await this.roles.own();
    this.#names.add(name);
    await this.#create(name, {
      ...(template ? { template: template.name } : {}),
      ...(role === undefined ? {} : { owner: role }),
    });
    return { name, engine: this.#engineOn(name, role), drop: () => this.#drop(name).catch(ifRefused) };
  }

  /** Another run that has made the owner, and has ended meanwhile, took it along. */
  async #create(name: string, options: Parameters<Keeper['create']>[1]): Promise<void> {
    try {
      await this.#keeper.create(name, options);
    } catch (error) {
      if (!(error instanceof Problem) || !(await this.roles.mend(error))) throw error;
      await this.#keeper.create(name, options);
    }
  }

  async #drop(name: string): Promise<void> {
    await this.#keeper.drop(name);
    this.#names.delete(name);
  }

  /** Drops what is there yet; what cannot be dropped. Of a server that is gone nothing is asked. */
  async end(): Promise<Problem[]> {
    const left: Problem[] = [];
    for (const name of this.#names) {
      if (this.lost) break;
      await this.#drop(name).catch((error: unknown) => left.push(notDropped(`database ${name}`, error)));
    }
    return [...left, ...(await this.#keeper.end())];
  }

  #engineOn(database: string, role: string | undefined): Engine {
    const { settings, cwd, signal, mask, toolVersion, env } = this.#inputs;
    const target = unsafeButFast({ ...this.place.target, database });
    return {
      settings: {
        ...settings,
        role,
        production: false,
        strict: false,
        approval: { ...settings.approval, policy: 'none', demanded: false },
        cancelBlockers: [],
        storeSql: true,
        // What runs there is to be seen as it is, and goes away with its database.
        backup: { ...settings.backup, policy: 'never' },
      },
      cwd,
      signal,
      mask,
      live: false,
      emit: () => {},
      target,
      env,
      run: { runId: randomUUID(), host: hostname(), toolVersion, gitCommit: null },
      connect: (purpose, other = database) =>
        sessionOn({ ...target, database: other }, `taskflow-db scratch ${purpose}`, this.#inputs),
    };
  }
}

/** A scratch database need not outlive a crash of its server. At start-up, so that RESET ALL does not undo it. */
function unsafeButFast(target: ConnectionTarget): ConnectionTarget {
  return { ...target, options: `${target.options ?? ''} -c synchronous_commit=off -c jit=off`.trimStart() };
}

function sessionOn(target: ConnectionTarget, applicationName: string, inputs: ScratchInputs): Promise<Session> {
  const onSecret = (secret: string) => inputs.onSecret(secret, [target.user, target.database]);
  return openSession(target, { applicationName, onSecret, signal: inputs.signal });
}

/**
 * Runs `use`, which may ask for the scratch server when it needs one: at the first call what killed runs have left there is
 * dropped; behind `use`, every database that it made. Problem `scratch-unavailable` where the server cannot be had, or dies.
 */
export async function withScratch<T>(
  inputs: ScratchInputs,
  use: (open: () => Promise<Scratch>) => Promise<T>,
): Promise<T> {
  let opened: Promise<Scratch> | undefined;
  const open = () => (opened ??= openScratch(inputs));
  const settled = async () => opened?.catch(() => undefined);
  const end = async () => (await (await settled())?.end()) ?? [];
  try {
    const result = await use(open);
    if (inputs.signal.aborted) throw stopped();
    for (const one of await end()) inputs.emit({ kind: 'warning', message: shortly(one) });
    return result;
  } catch (error) {
    // Whatever a statement that was cancelled has led to.
    const first = inputs.signal.aborted ? stopped() : ofScratch(error, await settled());
    const left: unknown[] = await end().catch((later: unknown) => [later]);
    throw left.reduce(attach, first);
  }
}

function shortly({ message, fields }: Problem): string {
  return [message, fields.server?.message, fields.state].filter((part) => part !== undefined).join(': ');
}

function ifRefused(error: unknown): void {
  if (!isDatabaseError(error)) throw error;
}

function stopped(): Problem {
  return cancelled('Nothing of yours was touched; the scratch databases are dropped.');
}

async function openScratch(inputs: ScratchInputs): Promise<Scratch> {
  const place = await findPlace(inputs);
  const mark = runMarkOf(randomUUID());
  const session = await openKeeper(place, inputs);
  try {
    const tell = (left: Problem) => inputs.emit({ kind: 'note', message: shortly(left) });
    return new Scratch(place, await Keeper.begin(session, mark, tell), inputs, mark);
  } catch (error) {
    await session.end();
    if (session.lost) throw serverDied(place, session.lost);
    throw isServers(error) ? databaseProblem(error, `the scratch server (${place.description}) refused`) : error;
  }
}

/** Without the run's signal: what was made is dropped also when the person wants to stop. */
async function openKeeper(place: ScratchPlace, inputs: ScratchInputs): Promise<Session> {
  const onSecret = (secret: string) => inputs.onSecret(secret, [place.target.user, place.target.database]);
  try {
    return await openSession(place.target, { applicationName: 'taskflow-db scratch keeper', onSecret });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem('scratch-unavailable', 'the scratch server cannot be reached', {
      found: place.description,
      state: 'Nothing was compared or proven.',
      next: ['Check the address, or leave --scratch out: then the embedded server is used.'],
      also: [error],
    });
  }
}

function serverDied(place: ScratchPlace, cause: Error): Problem {
  return new Problem('scratch-unavailable', 'the scratch server ended the session', {
    found: `${place.description}: ${cause.message}`,
    state: 'Nothing is proven; the scratch databases of this run are dropped by the next one.',
    next: ['See the log of that server, then run the command again.'],
    cause,
  });
}

function ofScratch(error: unknown, scratch: Scratch | undefined): unknown {
  if (!scratch) return error;
  if (scratch.lost) return serverDied(scratch.place, scratch.lost);
  return isServers(error) ? databaseProblem(error, `the scratch server (${scratch.place.description}) refused`) : error;
}

function isServers(error: unknown): boolean {
  return isDatabaseError(error) || error instanceof SessionLost;
}
