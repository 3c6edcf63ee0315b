/** What migrations of every project do, each with the way back. */
import type { Step } from './step.ts';

type More = Partial<Omit<Step, 'up' | 'down'>>;

export const step = (title: string, up: string, down: string, more: More = {}): Step => ({ title, up, down, ...more });

/** `columns` as in CREATE TABLE, one a line. */
export const table = (name: string, columns: string, more: More = {}, behind = ''): Step =>
  step(`create ${name}`, `CREATE TABLE ${name} (\n${lines(columns)}\n)${behind};`, `DROP TABLE ${name};`, more);

export const column = (of: string, name: string, type: string, more: More = {}): Step =>
  step(
    `add ${name} to ${of}`,
    `ALTER TABLE ${of} ADD COLUMN ${name} ${type};`,
    `ALTER TABLE ${of} DROP COLUMN ${name};`,
    more,
  );

/** `on`: `users (email)`, `USING gin` and the rest included. The index is in the schema of its table. */
export function index(name: string, on: string, { unique = false, ...more }: More & { unique?: boolean } = {}): Step {
  const schema = /^\w+\./.exec(on)?.[0] ?? '';
  return step(
    `build ${name}`,
    `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${on};`,
    `DROP INDEX ${schema}${name};`,
    more,
  );
}

/** The same without stopping anybody's writes: it cannot run in a transaction. */
export function concurrently(of: Step): Step {
  const changed = (sql = '') => sql.replaceAll(/(CREATE (?:UNIQUE )?INDEX|DROP INDEX) /g, '$1 CONCURRENTLY ');
  return { ...of, up: changed(of.up), down: changed(of.down) };
}

export const check = (of: string, name: string, rule: string, more: More = {}): Step =>
  step(
    `check ${name}`,
    `ALTER TABLE ${of} ADD CONSTRAINT ${name} CHECK (${rule});`,
    `ALTER TABLE ${of} DROP CONSTRAINT ${name};`,
    more,
  );

/** Any constraint in the two steps that do not stop the application: first without a look at the rows, which comes later. */
export const inTwoSteps = (of: string, name: string, rule: string): [Step, Step] => [
  step(
    `constraint ${name} for new rows`,
    `ALTER TABLE ${of} ADD CONSTRAINT ${name} ${rule} NOT VALID;`,
    `ALTER TABLE ${of} DROP CONSTRAINT ${name};`,
  ),
  step(
    `constraint ${name} for all rows`,
    `ALTER TABLE ${of} VALIDATE CONSTRAINT ${name};`,
    `ALTER TABLE ${of} DROP CONSTRAINT ${name};\nALTER TABLE ${of} ADD CONSTRAINT ${name} ${rule} NOT VALID;`,
  ),
];

export const columnRenamed = (of: string, from: string, to: string, more: More = {}): Step =>
  step(
    `rename ${from} of ${of} to ${to}`,
    `ALTER TABLE ${of} RENAME COLUMN ${from} TO ${to};`,
    `ALTER TABLE ${of} RENAME COLUMN ${to} TO ${from};`,
    more,
  );

export const retyped = (of: string, name: string, from: string, to: string, more: More = {}): Step =>
  step(
    `${name} of ${of} becomes ${to}`,
    `ALTER TABLE ${of} ALTER COLUMN ${name} TYPE ${to} USING ${name}::${to};`,
    `ALTER TABLE ${of} ALTER COLUMN ${name} TYPE ${from} USING ${name}::${from};`,
    more,
  );

/** `from` undefined: there was none. */
export const defaulted = (of: string, name: string, from: string | undefined, to: string, more: More = {}): Step =>
  step(
    `default of ${of} ${name}`,
    `ALTER TABLE ${of} ALTER COLUMN ${name} SET DEFAULT ${to};`,
    `ALTER TABLE ${of} ALTER COLUMN ${name} ${from === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${from}`};`,
    more,
  );

/** For what is replaced as a whole: a function, a view. */
export const replaced = (title: string, before: string, after: string, more: More = {}): Step =>
  step(title, after, before, more);

/** Drops what the step made; its way back makes it again. */
export const dropped = (of: Step, title = of.title.replace(/^\w+/, 'drop'), more: More = {}): Step =>
  step(title, of.down ?? '', of.up, more);

/** Several as one: back in the other order. */
export const together = (title: string, steps: readonly Step[], more: More = {}): Step =>
  step(
    title,
    steps.map(({ up }) => up).join('\n'),
    steps
      .map(({ down }) => down)
      .reverse()
      .join('\n'),
    more,
  );

/** Takes labels away again, which PostgreSQL cannot: a new type without them, `uses` of the old one (`table.column`) taken over. */
export function label(type: string, before: readonly string[], added: string, uses: readonly Use[] = []): Step {
  const [schema, name] = type.includes('.') ? type.split('.') : ['', type];
  const list = before.map((one) => `'${one}'`).join(', ');
  const moves = uses.map(({ of, name: used, value }) => {
    const alter = (what: string) => `ALTER TABLE ${of} ALTER COLUMN ${used} ${what};`;
    const retype = alter(`TYPE ${type} USING ${used}::text::${type}`);
    return value === undefined ? retype : [alter('DROP DEFAULT'), retype, alter(`SET DEFAULT '${value}'`)].join('\n');
  });
  const back = [
    `ALTER TYPE ${type} RENAME TO ${name}_with_${added};`,
    `CREATE TYPE ${type} AS ENUM (${list});`,
    ...moves,
    `DROP TYPE ${schema ? `${schema}.` : ''}${name}_with_${added};`,
  ];
  return step(`label ${added} of ${type}`, `ALTER TYPE ${type} ADD VALUE IF NOT EXISTS '${added}';`, back.join('\n'));
}

interface Use {
  readonly of: string;
  readonly name: string;
  /** Its default. */
  readonly value?: string;
}

export const extension = (name: string, schema = ''): Step =>
  step(
    `extension ${name}`,
    `CREATE EXTENSION IF NOT EXISTS "${name}"${schema && ` SCHEMA ${schema}`};`,
    `DROP EXTENSION IF EXISTS "${name}";`,
    { requires: [name] },
  );

export const comment = (on: string, text: string, before?: string): Step =>
  step(
    `comment on ${on.toLowerCase()}`,
    `COMMENT ON ${on} IS ${quoted(text)};`,
    `COMMENT ON ${on} IS ${before === undefined ? 'NULL' : quoted(before)};`,
  );

/** May run twice: what is there already is left as it is. Renames and constraints have to be written so. */
export function guarded(one: Step): Step {
  const changed = (sql: string) =>
    sql
      .replaceAll(
        /^(\s*CREATE (?:TABLE|SEQUENCE|SCHEMA|MATERIALIZED VIEW|(?:UNIQUE )?INDEX)) (?!IF )/gm,
        '$1 IF NOT EXISTS ',
      )
      .replaceAll(/\b(ADD COLUMN) (?!IF )/g, '$1 IF NOT EXISTS ')
      .replaceAll(/^CREATE (FUNCTION|VIEW|PROCEDURE) /gm, 'CREATE OR REPLACE $1 ')
      .replaceAll(
        /\b(DROP (?:TABLE|INDEX|COLUMN|VIEW|MATERIALIZED VIEW|FUNCTION|CONSTRAINT|TYPE|TRIGGER|SEQUENCE)) (?!IF )/g,
        '$1 IF EXISTS ',
      )
      .replaceAll(
        /^ALTER TABLE (\S+) ADD CONSTRAINT (\w+)/gm,
        'ALTER TABLE $1\n  DROP CONSTRAINT IF EXISTS $2,\n  ADD CONSTRAINT $2',
      )
      .replaceAll(
        /^CREATE TRIGGER (\w+) ([\s\S]*? ON (\S+))/gm,
        'DROP TRIGGER IF EXISTS $1 ON $3;\nCREATE TRIGGER $1 $2',
      );
  return { ...one, up: changed(one.up), ...(one.down === undefined ? {} : { down: changed(one.down) }) };
}

export const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** One a line, with the commas that SQL wants; a line that is indented goes on with the one before. */
export const lines = (text: string) =>
  text
    .trim()
    .split(/\n\s*/)
    .map((line) => `  ${line.replace(/,$/, '')}`)
    .join(',\n');

/** Rows of a table of words: fields stand apart by `|`. */
export const rows = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((field) => field.trim()));
