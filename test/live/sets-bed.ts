/** Sets of migrations as a person has them: written to a folder, verified, applied, undone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, filesOf, type MigrationSet, versionOf } from '../sets/step.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { type Engine, server } from '../support/servers.ts';

export interface Found {
  readonly name: string;
  readonly version: string | null;
  readonly state: string;
  readonly detail: string;
  readonly changes?: readonly {
    readonly kind: string;
    readonly type: string;
    readonly name: string;
    readonly detail: object;
  }[];
}

const COMPLETE = 'postgresql/init-complete.sql';
const MINUTES = { timeoutMs: 300_000 };

/** A folder with the files of the set, and a database; the roles that the SQL speaks of are on its server. */
export async function withSet<T>(
  engine: Engine,
  set: MigrationSet,
  body: (at: DatabaseWorkplace) => Promise<T>,
): Promise<T> {
  const on = await server(engine);
  // They stay: other tests of the run may use the same set.
  for (const role of set.roles)
    await on.sql(
      'postgres',
      `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
  const strict: Files = set.strict ? { 'taskflow-db.config.json': '{"verify": {"rerun": "strict"}}' } : {};
  return withCli(engine, { ...filesOf(set), ...strict }, body);
}

/** Runs the tool without a database of its own to look at, on a scratch server. */
export function onScratch(at: DatabaseWorkplace, args: readonly string[], user?: string) {
  const url = at.database.server.url('postgres', user);
  return at.run([...args, '--scratch', url], { ...MINUTES, env: { DATABASE_URL: undefined } });
}

export async function verify(at: DatabaseWorkplace, user?: string, ...args: string[]): Promise<readonly Found[]> {
  const finished = await onScratch(at, ['verify', '--json', ...args], user);
  assert.ok(finished.exit === 0 || finished.exit === 3, finished.output);
  return finished.json<{ checks: Found[] }>().checks;
}

export const failed = (checks: readonly Found[]) => checks.filter(({ state }) => state === 'failed').map(brief);

/** `rollback 010_x: its rollback leaves ...`, and what differs. */
export function brief({ name, version, detail, changes = [] }: Found): string {
  const said = changes.map(({ kind, type, name: object, detail: properties }) => {
    const which = kind === 'changed' ? `: ${Object.keys(properties).join(', ')}` : '';
    return `${kind} ${type} ${object}${which}`;
  });
  return `${name} ${version ?? ''}: ${[detail, ...said].join('; ')}`;
}

export async function dumpComplete(at: DatabaseWorkplace): Promise<void> {
  const dumped = await onScratch(at, ['schema', 'dump']);
  assert.equal(dumped.exit, 0, dumped.output);
}

export function plantAll(at: DatabaseWorkplace, set: MigrationSet): void {
  const complete = readFileSync(join(at.folder, COMPLETE), 'utf8');
  at.write(filesOf(set, set.faults));
  at.write({ [COMPLETE]: set.faults.filter(({ title }) => title === undefined).reduce(plantFirst, complete) });
}

/** The schema stands before the records, which hold the SQL of the files. */
function plantFirst(text: string, { kind, find, put }: Fault): string {
  assert.ok(text.includes(find), `${kind}: "${find}" is not there`);
  return text.replace(find, () => put);
}

/** Fails unless each fault is found where it is, and nothing else is. */
export function assertFound(set: MigrationSet, said: readonly string[]): void {
  const expected = [...set.faults.map((fault) => expectation(set, fault)), ...otherChecksums(set)];
  const missed = expected.filter(([head, part]) => !said.some((line) => line.startsWith(head) && line.includes(part)));
  const more = said.filter((line) => !expected.some(([head, part]) => line.startsWith(head) && line.includes(part)));
  assert.deepEqual([missed, more], [[], []], said.join('\n'));
}

type Expectation = readonly [head: string, part: string];

function expectation(set: MigrationSet, { title, finds }: Fault): Expectation {
  const [check = '', ...parts] = finds.split(': ');
  return [`${check} ${title === undefined ? '' : versionOf(set, title)}: `, parts.join(': ')];
}

/** The file for new installations was made of the files as they were: it knows those whose body is another one now. */
function otherChecksums(set: MigrationSet): Expectation[] {
  const [before, after] = [filesOf(set), filesOf(set, set.faults)].map(Object.entries<Files[string]>);
  const body = (text: Files[string]) => String(text).split(/^-- (?:VERIFY|ROLLBACK|IRREVERSIBLE):/m)[0];
  return before!
    .filter(([, text], i) => body(text) !== body(after![i]![1]))
    .map(([path]) => ['init-complete : ', `records ${path.slice(2, -4)} with another checksum`]);
}
