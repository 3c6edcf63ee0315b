import { orderedByApplication } from '../../plan/as-applied.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Print, SchemaPrint } from '../../snapshot/print.ts';
import { type DataFacts, TOO_LARGE } from '../../verify/data-facts.ts';
import type { Facts, KilledFacts } from '../../verify/facts.ts';
import type { Share } from '../../verify/shares.ts';
import { cancelled } from '../pause.ts';
import { settle } from '../schema/settled-difference.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { type Bed, withBed } from './bed.ts';
import { onCopies } from './data/grounds.ts';
import { type OnCopy, tryKilled } from './data/killed-trial.ts';
import { mayChangeRows } from './data/may-change-rows.ts';
import { tryData } from './data/trial.ts';
import { BY_PRINT, BY_SNAPSHOT, Doubt } from './look.ts';
import { applyFirst, CannotApply, isProven, tryApart } from './try-apart.ts';
import { tryTogether } from './try-together.ts';

/** What every job of a run shares. */
export interface ChainPlan {
  readonly scratch: Scratch;
  /** An empty database with tracking tables, to which nobody is connected. */
  readonly base: ScratchDatabase;
  readonly print: SchemaPrint;
  /** In the order of their application. */
  readonly migrations: readonly PlannedMigration[];
  /** Whether this one is to be tried, and not only applied. */
  readonly isTried: (version: string) => boolean;
  readonly signal: AbortSignal;
  readonly onTried: (facts: Facts) => void;
}

/** A migration that cannot be applied to what those before it make. */
export interface Stuck {
  readonly version: string;
  readonly problem: Problem;
}

/**
 * Applies migrations one after the other to a database of its own, and tries those of its share. Where something is not as it
 * must be, the migration is tried anew on copies, in transactions of their own and with snapshots, which say what differs.
 */
export class Chain {
  readonly #plan: ChainPlan;
  #database: ScratchDatabase | undefined;
  /** So many are applied to the database. */
  #applied = 0;
  /** The print of the schema as it is, where it is known. */
  #print: Print | undefined;
  /** What became of rows in the migration of this place, where that was found out before. */
  #data: { readonly at: number; readonly facts: DataFacts } | undefined;

  /** The same of what became of them where it was killed. */
  #killed: { readonly at: number; readonly facts: KilledFacts } | undefined;

  constructor(plan: ChainPlan) {
    this.#plan = plan;
  }

  /** The migration that cannot be applied, or undefined when all of the share are. */
  async run({ begin, end }: Share): Promise<Stuck | undefined> {
    const stuck = await this.#reach(begin);
    if (stuck) return stuck;
    while (this.#applied < end) {
      this.#stopIfAsked();
      const stop = await withBed(this.#database!.engine, this.#plan.print, (bed) => this.#advance(bed, end));
      if (stop.kind === 'stuck') return stop;
      const stuckThen = stop.kind === 'doubt' ? await this.#lookClosely(stop.spoilt) : undefined;
      if (stuckThen) return stuckThen;
      if (stop.kind === 'data') await this.#tryRows(stop.rollback);
    }
    return undefined;
  }

  /** Applies the rest, and hands the database over: nobody is connected to it. */
  async finish(): Promise<ScratchDatabase | Stuck> {
    const stuck = await this.#reach(this.#plan.migrations.length);
    return stuck ?? this.#database!;
  }

  async drop(): Promise<void> {
    if (!this.#plan.scratch.lost) await this.#database?.drop();
  }

  /** Goes on from migration to migration, as long as no closer look is needed. */
  async #advance(bed: Bed, end: number): Promise<Stop> {
    while (this.#applied < end) {
      this.#stopIfAsked();
      const stop = await this.#next(bed, this.#plan.migrations[this.#applied]!);
      // A role that was missing is there now.
      if (stop?.kind === 'stuck' && (await this.#plan.scratch.roles.mend(stop.problem))) continue;
      if (stop) return stop;
      this.#applied++;
    }
    return { kind: 'done' };
  }

  async #next(bed: Bed, planned: PlannedMigration): Promise<Stop | undefined> {
    const { isTried, onTried } = this.#plan;
    const { version } = planned;
    try {
      if (!isTried(version)) {
        this.#print = undefined;
        await applyFirst(bed, planned);
      } else if (isInBatches(planned) && !this.#knownKilled()) {
        return { kind: 'data', rollback: false };
      } else if (planned.plan.mode === 'transaction') {
        const tried = await tryTogether(bed, planned, this.#print);
        if (tried.kind === 'failed') return { kind: 'stuck', version, problem: tried.problem };
        if (tried.kind === 'doubtful') return { kind: 'doubt', spoilt: false };
        this.#print = tried.print;
        onTried(withKilled(tried.facts, this.#knownKilled()));
      } else {
        const data = this.#knownData();
        if (!data && mayChangeRows(planned)) return { kind: 'data', rollback: true };
        this.#print = undefined;
        const facts = withData(await tryApart(bed, planned, BY_PRINT, cannotSay), planned, data);
        onTried(withKilled(facts, this.#knownKilled()));
      }
      return undefined;
    } catch (error) {
      if (error instanceof Doubt) return { kind: 'doubt', spoilt: true };
      if (error instanceof CannotApply) return { kind: 'stuck', version, problem: error.problem };
      throw error;
    }
  }

  #stopIfAsked(): void {
    if (this.#plan.signal.aborted) throw cancelled();
  }

  /**
   * `spoilt`: the database is in no state to go on from. What went through before may be stuck now: a file need not do the same
   * each time.
   */
  async #lookClosely(spoilt: boolean): Promise<Stuck | undefined> {
    const at = this.#applied;
    if (spoilt) {
      await this.drop();
      this.#database = undefined;
      const stuck = await this.#reach(at);
      if (stuck) return stuck;
    }
    return (await this.#tryOnCopy(this.#plan.migrations[at]!)) ?? this.#reach(at + 1);
  }

  async #tryOnCopy(planned: PlannedMigration): Promise<Stuck | undefined> {
    try {
      const seen = await this.#onCopy((bed) => tryApart(bed, planned, BY_SNAPSHOT, (use) => this.#onCopy(use)));
      const facts = await this.#settled(seen);
      const wanted = isProven(facts.wayBack) && mayChangeRows(planned);
      await this.#tryRows(wanted);
      const data = wanted ? this.#knownData() : undefined;
      this.#plan.onTried(withKilled(withData(facts, planned, data), this.#knownKilled()));
      return undefined;
    } catch (error) {
      if (error instanceof CannotApply) return { version: planned.version, problem: error.problem };
      throw error;
    }
  }

  /** A way back that was written from the texts of expressions leaves what it should, and PostgreSQL writes it otherwise. */
  async #settled(facts: Facts): Promise<Facts> {
    const { wayBack } = facts;
    if (!('undone' in wayBack) || !this.#database) return facts;
    const { difference } = await settle(this.#plan.scratch, this.#database, wayBack.undone);
    return { ...facts, wayBack: { ...wayBack, undone: difference } };
  }

  /** What becomes of rows in the migration that comes next: where it is rolled back, and where it is killed. */
  async #tryRows(rollback: boolean): Promise<void> {
    const at = this.#applied;
    const planned = this.#plan.migrations[at]!;
    if (rollback && !this.#knownData()) this.#data = { at, facts: await this.#tryData(at) };
    if (isInBatches(planned) && !this.#knownKilled()) this.#killed = { at, facts: await this.#tryKilled(planned) };
  }

  #knownKilled(): KilledFacts | undefined {
    return this.#killed?.at === this.#applied ? this.#killed.facts : undefined;
  }

  #tryKilled(planned: PlannedMigration): Promise<KilledFacts> {
    const onCopy: OnCopy = async (use, of) => {
      const { scratch } = this.#plan;
      const copy = this.#stoppable(await scratch.create((of as ScratchDatabase | undefined) ?? this.#database));
      try {
        return await use(copy);
      } finally {
        if (!scratch.lost) await copy.drop();
      }
    };
    return tryKilled(onCopy, planned);
  }

  /** Of the migration that comes next. */
  #knownData(): DataFacts | undefined {
    return this.#data?.at === this.#applied ? this.#data.facts : undefined;
  }

  /** On copies, where the migration is not applied. */
  #tryData(at: number): Promise<DataFacts> {
    const planned = this.#plan.migrations[at]!;
    const ground = onCopies((use) => this.#onCopy(use), planned);
    return tryData(ground, this.#database!.engine.settings.trackingSchema);
  }

  async #onCopy<T>(use: (bed: Bed) => Promise<T>): Promise<T> {
    const copy = this.#stoppable(await this.#plan.scratch.create(this.#database));
    try {
      return await withBed(copy.engine, this.#plan.print, use);
    } finally {
      if (!this.#plan.scratch.lost) await copy.drop();
    }
  }

  /** What runs there is cancelled when this run of jobs is to end. */
  #stoppable(database: ScratchDatabase): ScratchDatabase {
    return { ...database, engine: { ...database.engine, signal: this.#plan.signal } };
  }

  /** Applies up to there, without trying, as quickly as migrate does. */
  async #reach(count: number): Promise<Stuck | undefined> {
    const { scratch, base, migrations } = this.#plan;
    if (!this.#database) {
      this.#database = this.#stoppable(await scratch.create(base));
      this.#applied = 0;
    }
    if (this.#applied >= count) return undefined;
    const files = orderedByApplication(migrations.map(({ status }) => status.file!));
    this.#print = undefined;
    const stuck = await replay(scratch, this.#database, files.slice(0, count)).then(() => undefined, stuckBy);
    if (!stuck) this.#applied = count;
    return stuck;
  }
}

type Stop =
  | { readonly kind: 'done' }
  /** What becomes of rows must be found out first, on copies. */
  | { readonly kind: 'data'; readonly rollback: boolean }
  | ({ readonly kind: 'stuck' } & Stuck)
  | { readonly kind: 'doubt'; readonly spoilt: boolean };

function withData(facts: Facts, { migration }: PlannedMigration, found: DataFacts | undefined): Facts {
  const { wayBack } = facts;
  const data = migration.large ? TOO_LARGE : found;
  return data && wayBack.kind === 'ran' ? { ...facts, wayBack: { ...wayBack, data } } : facts;
}

function withKilled(facts: Facts, killed: KilledFacts | undefined): Facts {
  return killed ? { ...facts, killed } : facts;
}

/** Here it runs as one transaction, where nobody else is. */
function isInBatches({ migration }: PlannedMigration): boolean {
  return migration.data !== undefined;
}

function cannotSay(): never {
  throw new Doubt('the way back is not proven');
}

function stuckBy(problem: unknown): Stuck {
  const version = (problem as Partial<Problem>).fields?.version;
  if (version === undefined) throw problem;
  return { version, problem: problem as Problem };
}
