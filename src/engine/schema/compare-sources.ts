import type { Difference } from '../../catalog/compare.ts';
import { type WeighedDifference, weighed } from '../../catalog/equal-in-effect.ts';
import type { Included, Reading } from '../../catalog/snapshot.ts';
import { SERVER_INFO, serverInfoOf } from '../../postgres/server-info.ts';
import type { Engine } from '../engine.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { diffSchemas } from './diff.ts';
import { refuseOtherMajor } from './drift.ts';
import { type ExtensionObjects, objectsOfMissing } from './extension-objects.ts';
import { type NamedSchema, readSchema } from './read-schema.ts';
import { schemaFromFile } from './schema-file.ts';
import { schemaOfFolder, schemaOfScript } from './scratch-schema.ts';
import type { SchemaSource } from './source.ts';
import { subscriptionsOf } from './subscriptions.ts';

/** How schemas are come by. */
export interface SchemaReaders {
  readonly cwd: string;
  readonly included: Included;
  /** What schemas are read with: that, or more. */
  readonly reading: Reading;
  /** Runs `use` with an engine on a database; undefined: the one that every command works on. */
  withDatabase<T>(name: string | undefined, use: (engine: Engine) => Promise<T>): Promise<T>;
  openScratch(): Promise<Scratch>;
}

/** A schema, and what is to be known of how it was come by. */
export interface ReadSource extends NamedSchema {
  /** Versions that the scratch server could not run. */
  readonly skipped: readonly { readonly version: string; readonly reason: string }[];
  /** Of a database that is compared with a scratch one: what the scratch server has no extension for. */
  readonly leftOut: readonly ExtensionObjects[];
}

export interface ComparedSources {
  readonly before: ReadSource;
  readonly after: ReadSource;
  readonly difference: Difference;
  /** Without what is equal in effect. */
  readonly weighed: WeighedDifference;
  readonly leftOut: readonly ExtensionObjects[];
  readonly notes: readonly string[];
}

/** Compares two schemas, wherever they are from; one after the other, as each may ask for a password. */
export async function compareSources(
  readers: SchemaReaders,
  first: SchemaSource,
  second: SchemaSource,
): Promise<ComparedSources> {
  const needsScratch = [first, second].some(isMade);
  const before = await readSource(readers, first, needsScratch);
  const after = await readSource(readers, second, needsScratch);
  const leftOut = [...before.leftOut, ...after.leftOut];
  const subscriptions = subscriptionsOf(...(needsScratch ? [before.schema, after.schema] : []));
  const objects = [...leftOut.flatMap((one) => one.objects), ...subscriptions.leftOut];
  const difference = diffSchemas(before, after, readers.included, objects);
  const notes = needsScratch ? [...(await (await readers.openScratch()).notes()), ...subscriptions.notes] : [];
  return { before, after, difference, weighed: weighed(difference), leftOut, notes };
}

/** The schema of one source. `besideScratch`: it is compared with one that is made on the scratch server. */
export async function readSource(
  readers: SchemaReaders,
  source: SchemaSource,
  besideScratch = isMade(source),
): Promise<ReadSource> {
  const { cwd, reading } = readers;
  if (source.kind === 'snapshot') return { ...schemaFromFile(source.path, cwd), skipped: [], leftOut: [] };
  if (source.kind === 'database') return readDatabase(readers, source.name, besideScratch);
  const make = source.kind === 'folder' ? schemaOfFolder : schemaOfScript;
  return { ...(await make(await readers.openScratch(), source.path, cwd, reading)), leftOut: [] };
}

function isMade({ kind }: SchemaSource): boolean {
  return kind === 'folder' || kind === 'script';
}

async function readDatabase(
  { reading, withDatabase, openScratch }: SchemaReaders,
  name: string | undefined,
  besideScratch: boolean,
): Promise<ReadSource> {
  return withDatabase(name, async (engine) => {
    const leftOut = besideScratch ? await missingOn(engine, await openScratch()) : [];
    return { ...(await readSchema(engine, reading)), skipped: [], leftOut };
  });
}

/** What the scratch server, which must be of the same major version, has no extension for. */
export async function missingOn(engine: Engine, scratch: Scratch): Promise<ExtensionObjects[]> {
  const session = await engine.connect('control');
  try {
    const [row] = await session.query(SERVER_INFO.sql);
    refuseOtherMajor(scratch, serverInfoOf(row, session.backendPid));
    return await objectsOfMissing(session, await scratch.extensions());
  } finally {
    await session.end();
  }
}
