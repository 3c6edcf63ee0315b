import type { Kept } from '../../../backup/kept.ts';
import type { Statement } from '../../../migration/migration.ts';
import { markPlaceholders } from '../../../migration/placeholder.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Engine } from '../../engine.ts';
import { withCalled } from '../../keep/called.ts';
import { childRows } from '../../keep/child-rows.ts';
import { describeTaking } from '../../keep/describe.ts';
import { underOwnPath } from '../../keep/own-path.ts';
import { readDestroying } from '../../keep/read-destroying.ts';
import type { Taking } from '../../keep/taking.ts';
import { takingsOf } from '../../keep/takings.ts';
import { unkeptBecause } from '../../keep/unkept.ts';
import type { DataWork } from '../data-run.ts';

/** Rows that a statement changes, with the stage that they are taken into. */
export interface FoundPart {
  readonly statement: Statement;
  readonly taking: Taking;
  readonly stage: Kept;
}

export interface FoundParts {
  readonly parts: readonly FoundPart[];
  /** What of the statements is not found so, each with its line. */
  readonly unkept: readonly string[];
}

/**
 * What the statements of a batch change, by their SQL and the catalog as it is; asked in a transaction that begins as a batch does.
 * Loads PostgreSQL's parser.
 */
export async function findParts(
  engine: Engine,
  session: Session,
  { version, migration, statements }: DataWork,
): Promise<FoundParts> {
  const marked = statements.map((one) => ({ ...one, sql: markPlaceholders(one.sql, one.batch ?? []) }));
  const read = await readDestroying(engine, [{ version, statements: marked, headers: migration.headers }]);
  const destroying = read.get(version);
  const parts: FoundPart[] = [];
  const unkept: string[] = [];
  for (const [i, statement] of statements.entries()) {
    // What it sets holds for the statements behind it.
    if (statement.words[0] === 'SET') await session.query(statement.sql);
    if (!destroying) continue;
    const tell = (why: string) => unkept.push(`line ${statement.line}: ${why}`);
    for (const one of await withCalled(session, destroying(marked[i]!), destroying.inside)) {
      if (one.kind === 'unforeseen') tell(one.why);
      else if (one.block !== undefined) tell('a function that it calls changes rows');
      else for (const taking of await takingsOf(session, one)) await take(statement, taking, []);
    }

    async function take(of: Statement, taking: Taking, above: readonly FoundPart[]): Promise<void> {
      const why = whyNot(taking, above);
      if (why !== undefined) return void tell(why);
      const part = { statement: of, taking, stage: stageFor(taking, parts.length) };
      parts.push(part);
      if (taking.kind !== 'deleted' || !taking.relation.referred) return;
      const before = parts.filter((other) => other.statement === of).map(({ stage }) => stage);
      const children = await underOwnPath(session, () => childRows(session, taking, part.stage, before));
      for (const child of children) await take(of, child, [...above, part]);
    }
  }
  return { parts, unkept };
}

function whyNot(taking: Taking, above: readonly FoundPart[]): string | undefined {
  if (taking.kind !== 'deleted' && taking.kind !== 'updated') return 'it is no change of rows';
  if (above.some((one) => one.taking.relation.oid === taking.relation.oid))
    return `rows of ${taking.relation.schema}.${taking.relation.name} go along with others of it, by foreign keys in a circle`;
  return unkeptBecause(taking);
}

/** A name that no table of people has. */
function stageFor(taking: Taking, number: number): Kept {
  const described = describeTaking(taking, `@taken ${number + 1}`);
  return { ...described, rows: 0, sequences: [], temporary: true };
}
