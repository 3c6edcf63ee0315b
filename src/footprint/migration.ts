import type { Access, Footprint } from '../graph/access.ts';
import type { ObjectPath } from '../graph/object.ts';
import { keyOfPath } from '../graph/object.ts';
import type { Known, Learner } from '../known/known.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import type { Inner } from '../syntax/inner/statement.ts';
import { nameOf, relationName } from '../syntax/names.ts';
import { as, type Fields, isTree, type Parsed, type ParseStatement, type SyntaxTree } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import { resolveFunction } from './calls.ts';
import { cascades, dropText, makesWhole } from './cascade.ts';
import { Dependents } from './dependents.ts';
import { droppedBy, learnBody, learnDependents } from './learn-dependents.ts';
import { asNeed, Marks, type Place, WHAT_IT_MAKES } from './marks.ts';
import { Needs } from './needs.ts';
import { withOwnPath } from './own-path.ts';
import { innerPlace, lineAt, placeIn } from './place.ts';
import { markType } from './reads.ts';
import { markStatement } from './statement.ts';
import { TriggerFields } from './trigger-fields.ts';
import { type DeclaredType, declaredTypes, parameterTypes, typeMeant, type Variables } from './variables.ts';

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
    dependents: new Dependents(),
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
  readonly dependents: Dependents;
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
    if (routine) this.#keepRoutine(statement, routine, inner, marks);
    else this.#runBody(statement, inner, learner);
  }

  /** What one statement does; what it makes is known then. */
  #run(
    tree: SyntaxTree,
    learner: Learner,
    placeOf: (location: number | undefined) => Place,
    variables?: Variables,
  ): Marks {
    const { version } = this.#migration;
    const before = learner.known;
    learner.learn(tree, { version, statement: this.#statements });
    const marks = new Marks(version, before, learner.known, placeOf, this.#memory.made, variables);
    marks.dependent(makesWhole(tree.node) ? WHAT_IT_MAKES : undefined, () => markStatement(marks, tree.node));
    this.#markTrigger(marks, tree);
    const done = [...marks.accesses, ...this.#calledBy(marks, tree, placeOf(undefined))];
    this.#keep(done);
    learnDependents(this.#memory.dependents, marks, tree.node);
    const taken = this.#memory.dependents.takeWith(droppedBy(marks));
    if (cascades(tree.node)) for (const path of taken) this.#drop(path, learner, placeOf(undefined));
    return marks;
  }

  /** As CASCADE does it, with what depends on that. */
  #drop(path: ObjectPath, learner: Learner, place: Place): void {
    const text = dropText(learner.known, path);
    const tree = text === undefined ? undefined : this.#reading.parse(text);
    if (tree && isTree(tree)) this.#run(tree, learner, () => place);
    else {
      this.#keep([{ object: path, manner: 'drops', whole: false, weak: false, ...place }]);
      for (const one of this.#memory.dependents.takeWith([path])) this.#drop(one, learner, place);
    }
  }

  #keep(done: readonly Access[]): void {
    if (this.#reading.keeps) this.#accesses.push(...done.filter(this.#reading.keeps));
    else this.#keepAll(done);
  }

  #keepAll(done: readonly Access[]): void {
    this.#accesses.push(...done, ...this.#memory.needs.freedBy(done));
    this.#memory.needs.learn(done);
  }

  /** What a DO block does. */
  #runBody(outer: Statement, inner: Inner, learner: Learner): void {
    const declared = declaredTypes(inner.variables ?? [], this.#reading.parse);
    const types = new Marks(this.#migration.version, learner.known, learner.known, () => placeIn(outer, 0));
    const variables = markDeclared(types, declared, outer);
    if (types.accesses.length > 0) this.#keep(types.accesses);
    for (const { sql, placeOf } of bodiesOf(inner)) {
      const parsed = this.#reading.parse(sql);
      if (isTree(parsed)) this.#run(parsed, learner, innerPlace(outer, placeOf, parsed), variables);
    }
  }

  /** A routine needs what its body touches once it runs; BEGIN ATOMIC, which is read when it is made, at once. */
  #keepRoutine(
    outer: Statement,
    { funcname, options, parameters, sql_body: bound }: Fields<'CreateFunctionStmt'>,
    inner: Inner,
    made: Marks,
  ): void {
    const { before: found, after } = made;
    const name = nameOf(funcname);
    if (!name) return;
    const marks = new Marks(this.#migration.version, after, after, () => placeIn(outer, 0));
    const done = this.#doneIn(outer, inner, withOwnPath(found, options), parameters);
    const key = routineKey(marks, name);
    this.#memory.fields.learnFunction(key, outer.sql, after);
    this.#memory.fields.markFunction(marks, key);
    const needed = [...done, ...marks.accesses].flatMap((one) => asNeed(one) ?? []);
    // A body of the SQL standard is bound when it is made, others when they run.
    this.#accesses.push(...(bound ? needed : needed.map((one): Access => ({ ...one, late: true }))));
    this.#memory.routines.set(key, done);
    if (bound) learnBody(this.#memory.dependents, made, done);
  }

  #doneIn(
    outer: Statement,
    inner: Inner,
    before: Known,
    parameters: Fields<'CreateFunctionStmt'>['parameters'],
  ): Access[] {
    const { version } = this.#migration;
    const types = new Marks(version, before, before, () => placeIn(outer, 0));
    const declared = markDeclared(types, declaredTypes(inner.variables ?? [], this.#reading.parse), outer);
    const variables = new Map([...parameterTypes(before, parameters), ...declared]);
    const done = bodiesOf(inner).flatMap(({ sql, placeOf }) => {
      const parsed = this.#reading.parse(sql);
      if (!isTree(parsed)) return [];
      const marks = new Marks(version, before, before, innerPlace(outer, placeOf, parsed), undefined, variables);
      markStatement(marks, parsed.node);
      return marks.accesses;
    });
    return [...types.accesses, ...done];
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

const CALLERS = ['SelectStmt', 'CallStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt'] as const;

function routineKey(marks: Marks, name: { readonly schema?: string; readonly name: string }): string {
  const full = resolveFunction(marks, name);
  return `${full.schema}\0${full.name}`;
}

function bodiesOf({ statements, expressions = [] }: Inner): Inner['statements'] {
  return [...statements, ...expressions];
}

function markDeclared(marks: Marks, declared: readonly DeclaredType[], outer: Statement): Variables {
  for (const { node, placeOf } of declared) {
    const { location, ...type } = node;
    marks.in(placeIn(outer, placeOf(location)), () => markType(marks, type));
  }
  return new Map(
    declared.flatMap(({ name, node }) => {
      const type = typeMeant(marks.before, node);
      return type ? [[name, type] as const] : [];
    }),
  );
}

/** The first of each kind; a file may touch one table a thousand times. */
function distinct(accesses: readonly Access[]): Access[] {
  const seen = new Set<string>();
  return accesses.filter(({ object, manner, whole, weak, late, passing }) => {
    const key = `${keyOfPath(object)}\0${manner}\0${whole}\0${weak}\0${late}\0${passing}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
