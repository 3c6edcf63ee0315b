import type { Access, Footprint } from '../graph/access.ts';
import { keyOfPath } from '../graph/object.ts';
import type { Known, Learner } from '../known/known.ts';
import { atFileStart } from '../known/learn.ts';
import { KnownSchema } from '../known/schema.ts';
import { schemasOf } from '../known/search-path.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { Inner } from '../syntax/inner/statement.ts';
import { nameOf, relationName } from '../syntax/names.ts';
import { all, as, type Fields, isTree, type Parsed, type ParseStatement, type SyntaxTree } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import { resolveFunction } from './calls.ts';
import { asNeed, Marks, type Place } from './marks.ts';
import { Needs } from './needs.ts';
import { markStatement } from './statement.ts';
import { TriggerFields } from './trigger-fields.ts';

export interface FootprintReading {
  readonly parse: ParseStatement;
  /** What stands inside a DO block, function or procedure. */
  readonly inner: (tree: SyntaxTree, sql: string) => Inner;
  /** What of that which is done is kept, and nothing weak; by default everything. */
  readonly keeps?: (access: Access) => boolean;
}

/** Reads one migration after the other, in the order in which they run; what one makes is known to the next. */
export class FootprintReader {
  readonly #reading: FootprintReading;
  readonly #learner: Learner;
  readonly #memory: Memory = {
    routines: new Map(),
    needs: new Needs(),
    fields: new TriggerFields(),
    made: new Set(),
  };

  constructor(reading: FootprintReading, learner: Learner) {
    this.#reading = reading;
    this.#learner = learner;
  }

  read(migration: Migration): Footprint {
    const file = this.open(migration);
    this.#learner.beginFile();
    for (const statement of migration.large?.statements() ?? migration.statements)
      file.read(statement, this.#reading.parse(statement.sql), this.#learner);
    return file.footprint;
  }

  /** For who reads the statements of a file and learns from them anyway. */
  open(migration: Migration): FileReader {
    return new FileReader(this.#reading, this.#memory, migration);
  }
}

/** What earlier statements have left to be known, of this file and of those before it. */
interface Memory {
  /** What the bodies of routines do when they run. */
  readonly routines: Map<string, readonly Access[]>;
  readonly needs: Needs;
  readonly fields: TriggerFields;
  /** Schemas and extensions. */
  readonly made: Set<string>;
}

class FileReader {
  readonly #reading: FootprintReading;
  readonly #memory: Memory;
  readonly #migration: Migration;
  readonly #accesses: Access[] = [];
  readonly #unknown: Footprint['unknown'][number][] = [];
  #statements = 0;

  constructor(reading: FootprintReading, memory: Memory, migration: Migration) {
    this.#reading = reading;
    this.#memory = memory;
    this.#migration = migration;
  }

  get footprint(): Footprint {
    const { version, file } = this.#migration;
    return { version, file, accesses: distinct(this.#accesses), unknown: this.#unknown };
  }

  /** Its next statement. `learner` knows what is there before, and learns what the statement does. */
  read(statement: Statement, parsed: Parsed, learner: Learner): void {
    if (isTree(parsed)) this.#understood(statement, parsed, learner);
    else this.#say(statement.line, `not understood: ${parsed.message}`);
    this.#statements += 1;
  }

  #understood(statement: Statement, tree: SyntaxTree, learner: Learner): void {
    const inner = this.#reading.inner(tree, statement.sql);
    for (const { offset, why } of inner.unknown) this.#say(lineAt(statement, offset), why);
    const routine = as('CreateFunctionStmt', tree.node);
    const marks = this.#run(tree, learner, (location) => placeIn(statement, tree.offsetOf(location)));
    const bodies = [...inner.statements, ...(inner.expressions ?? [])];
    if (!routine) for (const one of bodies) this.#runInner(statement, one, learner);
    else this.#keepRoutine(statement, routine, bodies, marks);
  }

  /** What one statement does; what it makes is known then. */
  #run(tree: SyntaxTree, learner: Learner, placeOf: (location: number | undefined) => Place): Marks {
    const { version } = this.#migration;
    const before = learner.known;
    learner.learn(tree, { version, statement: this.#statements });
    const marks = new Marks(version, before, learner.known, placeOf, this.#memory.made);
    markStatement(marks, tree.node);
    this.#markTrigger(marks, tree);
    const done = [...marks.accesses, ...this.#calledBy(marks, tree, placeOf(undefined))];
    if (this.#reading.keeps) this.#accesses.push(...done.filter(this.#reading.keeps));
    else this.#keepAll(done);
    return marks;
  }

  #keepAll(done: readonly Access[]): void {
    this.#accesses.push(...done, ...this.#memory.needs.freedBy(done));
    this.#memory.needs.learn(done);
  }

  #runInner(outer: Statement, { sql, offset }: Inner['statements'][number], learner: Learner): void {
    const parsed = this.#reading.parse(sql);
    if (isTree(parsed)) this.#run(parsed, learner, innerPlace(outer, offset, parsed));
  }

  /** A routine needs what its body touches once it runs. */
  #keepRoutine(
    outer: Statement,
    { funcname, options, sql_body: bound }: Fields<'CreateFunctionStmt'>,
    bodies: Inner['statements'],
    { before: found, after }: Marks,
  ): void {
    const name = nameOf(funcname);
    if (!name) return;
    const before = withOwnPath(found, options);
    const done = bodies.flatMap(({ sql, offset }) => {
      const parsed = this.#reading.parse(sql);
      if (!isTree(parsed)) return [];
      const marks = new Marks(this.#migration.version, before, before, innerPlace(outer, offset, parsed));
      markStatement(marks, parsed.node);
      return marks.accesses;
    });
    const marks = new Marks(this.#migration.version, after, after, () => placeIn(outer, 0));
    const key = routineKey(marks, name);
    this.#memory.fields.learnFunction(key, outer.sql, after);
    this.#memory.fields.markFunction(marks, key);
    const needed = [...done, ...marks.accesses].flatMap((one) => asNeed(one) ?? []);
    // A body of the SQL standard is bound when it is made, others when they run.
    this.#accesses.push(...(bound ? needed : needed.map((one): Access => ({ ...one, late: true }))));
    this.#memory.routines.set(key, done);
  }

  #markTrigger(marks: Marks, { node }: SyntaxTree): void {
    const { relation, funcname } = as('CreateTrigStmt', node) ?? {};
    const [table, routine] = [relationName(relation), nameOf(funcname)];
    if (table && routine)
      this.#memory.fields.markTrigger(marks, routineKey(marks, routine), marks.before.resolve(table));
  }

  /** What the routines do that a statement calls. */
  #calledBy(marks: Marks, { node }: SyntaxTree, place: Place): Access[] {
    if (this.#memory.routines.size === 0 || !CALLERS.some((type) => as(type, node))) return [];
    const procedure = as('CallStmt', node)?.funccall;
    const called = [...nodesOf('FuncCall', node), ...(procedure ? [procedure] : [])];
    return called
      .flatMap(({ funcname }) => nameOf(funcname) ?? [])
      .flatMap((name) => this.#memory.routines.get(routineKey(marks, name)) ?? [])
      .map((access) => ({ ...access, ...place }));
  }

  #say(line: number, why: string): void {
    this.#unknown.push({ line, why });
  }
}

/** `SET search_path` of a function holds while its body runs. */
function withOwnPath(known: Known, options: Fields<'CreateFunctionStmt'>['options']): Known {
  const sets = all('DefElem', options).flatMap(({ defname, arg }) =>
    defname === 'set' ? (as('VariableSetStmt', arg) ?? []) : [],
  );
  const set = sets.find(({ name, kind }) => name === 'search_path' && kind === 'VAR_SET_VALUE');
  if (!set || !(known instanceof KnownSchema)) return known;
  return atFileStart(known, schemasOf(all('A_Const', set.args).map(({ sval }) => sval?.sval ?? '')));
}

const CALLERS = ['SelectStmt', 'CallStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt'] as const;

function routineKey(marks: Marks, name: { readonly schema?: string; readonly name: string }): string {
  const full = resolveFunction(marks, name);
  return `${full.schema}\0${full.name}`;
}

function placeIn(outer: Statement, offset: number): Place {
  return { offset: outer.offset < 0 ? -1 : outer.offset + offset, line: lineAt(outer, offset) };
}

function innerPlace(outer: Statement, offset: number, tree: SyntaxTree) {
  return (location: number | undefined) => placeIn(outer, offset + tree.offsetOf(location));
}

function lineAt({ sql, line }: Statement, offset: number): number {
  return line + (sql.slice(0, offset).match(/\n/g)?.length ?? 0);
}

/** The first of each kind; a file may touch one table a thousand times. */
function distinct(accesses: readonly Access[]): Access[] {
  const seen = new Set<string>();
  return accesses.filter(({ object, manner, whole, weak, late }) => {
    const key = `${keyOfPath(object)}\0${manner}\0${whole}\0${weak}\0${late}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
