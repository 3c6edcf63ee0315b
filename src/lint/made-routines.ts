import type { QualifiedName } from '../sql/token-reader.ts';
import { nameOf } from '../syntax/names.ts';
import { as } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import type { StatementSubject } from './subject.ts';

/** The functions and procedures that a file makes: where it calls one of them, the body runs, as that of a DO block does. */
export class MadeRoutines {
  readonly #made = new Map<string, StatementSubject>();

  add(subject: StatementSubject): void {
    if (subject.statement.words[0] !== 'CREATE') return;
    const name = nameOf(as('CreateFunctionStmt', subject.tree?.node)?.funcname);
    if (name) this.#made.set(keyOf(subject, name), subject);
  }

  /** The statements that made what this one calls, each once. */
  calledBy(subject: StatementSubject): StatementSubject[] {
    if (this.#made.size === 0 || !CALLS.has(subject.statement.words[0] ?? '')) return [];
    const called = [...nodesOf('FuncCall', subject.tree?.node), ...procedureCalls(subject)];
    const found = called.flatMap(({ funcname }) => {
      const name = nameOf(funcname);
      return (name && this.#made.get(keyOf(subject, name))) ?? [];
    });
    return [...new Set(found)];
  }
}

const CALLS = new Set(['CALL', 'SELECT', 'WITH']);

function procedureCalls({ tree }: StatementSubject) {
  const call = as('CallStmt', tree?.node)?.funccall;
  return call ? [call] : [];
}

/** No name holds a NUL. */
function keyOf({ known }: StatementSubject, { schema, name }: QualifiedName): string {
  return `${schema ?? known.defaultSchema}\0${name}`;
}
