import { Outline } from '../../catalog/outline.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { ledgerNames } from '../../ledger/names.ts';
import type { Session } from '../../postgres/session.ts';
import { openControlSession } from '../control.ts';
import type { Engine } from '../engine.ts';
import { databaseProblem, isDatabaseError } from '../failure.ts';
import { readSchema } from '../schema/read-schema.ts';
import { FOR_SCRIPTS } from '../schema/write-script.ts';
import { catalogState } from './catalog-state.ts';
import { type RelationSizes, relationSizes } from './relation-sizes.ts';

/** A database's schema as it is now. */
export interface SchemaNow {
  readonly database: string;
  readonly schema: Snapshot;
  readonly outline: Outline;
  /** Another one as soon as the schema is another one. */
  readonly state: string;
  /** When it was read: ISO 8601 in UTC. */
  readonly readAt: string;
  readonly sizes: RelationSizes;
}

type ReadSchema = Omit<SchemaNow, 'sizes'>;

interface Measured {
  readonly sizes: RelationSizes;
  readonly at: number;
}

/** Tables grow without a change of the schema. */
const SIZES_FOR_MS = 10_000;

/**
 * Reads the schema of one database for all who look at it, and again only when it has changed: whoever asks costs the server
 * one pass over its catalogs. Changes nothing.
 */
export class SchemaReader {
  readonly #engine: Engine;
  readonly #now: () => number;
  #known: ReadSchema | undefined;
  /** Under way: several questions may come at once. */
  #reading: { readonly state: string; readonly schema: Promise<ReadSchema> } | undefined;
  #measured: Measured | undefined;

  constructor(engine: Engine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
  }

  /** Throws as readSchema. */
  async read(): Promise<SchemaNow> {
    const session = await openControlSession(this.#engine);
    try {
      // Before the schema is read: what changes meanwhile makes another state, and is read the next time.
      const state = await catalogState(session);
      const known = this.#known?.state === state ? this.#known : await this.#readOnce(state);
      return { ...known, sizes: await this.#sizes(session) };
    } catch (error) {
      throw isDatabaseError(error) ? databaseProblem(error, 'cannot read the schema') : error;
    } finally {
      await session.end();
    }
  }

  /** A text that is another one as soon as the schema has changed, or anything was put on record. */
  async moment(): Promise<string> {
    const session = await openControlSession(this.#engine);
    try {
      return `${await catalogState(session)} ${await lastEvent(session, this.#engine.settings.trackingSchema)}`;
    } catch (error) {
      throw isDatabaseError(error) ? databaseProblem(error, 'cannot read the schema') : error;
    } finally {
      await session.end();
    }
  }

  #readOnce(state: string): Promise<ReadSchema> {
    if (this.#reading?.state === state) return this.#reading.schema;
    const reading = { state, schema: this.#readAs(state) };
    this.#reading = reading;
    const done = () => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.schema.then((schema) => {
      this.#known = schema;
      this.#measured = undefined;
      done();
    }, done);
    return reading.schema;
  }

  async #readAs(state: string): Promise<ReadSchema> {
    const { name, schema } = await readSchema(this.#engine, FOR_SCRIPTS);
    const readAt = new Date(this.#now()).toISOString();
    return { database: name, schema, outline: new Outline(schema), state, readAt };
  }

  async #sizes(session: Session): Promise<RelationSizes> {
    const now = this.#now();
    if (!this.#measured || now - this.#measured.at > SIZES_FOR_MS)
      this.#measured = { sizes: await relationSizes(session), at: now };
    return this.#measured.sizes;
  }
}

/** '' where there is no trail. */
async function lastEvent(session: Session, trackingSchema: string): Promise<string> {
  const { events } = ledgerNames(trackingSchema);
  const batch = await session.runBatch([[{ sql: `SELECT max(e.seq)::text AS seq FROM ${events} AS e`, rows: true }]]);
  return batch.results[0]?.[0]?.rows[0]?.seq ?? '';
}
