import { findNodeAtLocation, type Node } from 'jsonc-parser';
import type { GenericIssue, GenericSchema } from 'valibot';
import * as v from 'valibot';
import { type Location, Problem } from '../problem/problem.ts';
import { nearest } from '../report/nearest.ts';

/** A JSON document with its places: what complaints point into. */
export interface JsonSource {
  readonly file: string;
  readonly text: string;
  readonly root: Node | undefined;
}

/** One Problem for each thing that the schema does not accept, in the order of the file. */
export function complaints(source: JsonSource, schema: GenericSchema, issues: readonly GenericIssue[]): Problem[] {
  const found = issues.map((issue) => ({ offset: offsetOf(source, issue), problem: complaint(source, schema, issue) }));
  // A value that fails in two ways (not of the form, out of range) is one mistake.
  const first = found.filter(({ offset }, index) => found.findIndex((other) => other.offset === offset) === index);
  return first.sort((a, b) => a.offset - b.offset).map(({ problem }) => problem);
}

/** Lists where the schema wants an object: for valibot, as for JavaScript, a list is an object. */
export function listsForObjects(source: JsonSource, schema: GenericSchema, node: Node): Problem[] {
  const here = unwrap(schema);
  const takesKeys = here.entries !== undefined || here.value !== undefined;
  if (takesKeys && node.type === 'array') {
    const where = locate(source, node.offset);
    return [new Problem('config-invalid', 'The configuration has a list here.', { where, expected: 'an object' })];
  }
  if (!takesKeys || node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }) => {
    const inside = here.entries?.[key?.value] ?? here.value;
    return inside && value ? listsForObjects(source, inside, value) : [];
  });
}

function complaint(source: JsonSource, schema: GenericSchema, issue: GenericIssue): Problem {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const where = locate(source, offsetOf(source, issue));
  if (issue.type === 'never') return unknownKey(path, keysAt(schema, path.slice(0, -1)), where);
  const name = path.length === 0 ? 'The configuration' : `"${path.join('.')}"`;
  return new Problem('config-invalid', `${name} is not right.`, {
    where,
    found: JSON.stringify(issue.input),
    expected: issue.message,
  });
}

function unknownKey(path: readonly (string | number)[], known: readonly string[], where: Location): Problem {
  const key = String(path.at(-1));
  const meant = nearest(key, known);
  return new Problem('config-invalid', `The configuration has no key "${path.join('.')}".`, {
    where,
    expected: known.filter((name) => name !== '$schema').join(', '),
    ...(meant ? { next: [`Did you mean "${meant}"?`] } : {}),
  });
}

/** The keys that the schema knows at a path. */
function keysAt(schema: GenericSchema, path: readonly (string | number)[]): string[] {
  let here = unwrap(schema);
  for (const key of path) {
    const inside = here.entries?.[key] ?? here.value;
    if (!inside) return [];
    here = unwrap(inside);
  }
  return Object.keys(here.entries ?? {});
}

interface Inside extends GenericSchema {
  readonly wrapped?: GenericSchema;
  readonly entries?: Readonly<Record<string, GenericSchema>>;
  readonly value?: GenericSchema;
}

function unwrap(schema: GenericSchema): Inside {
  const { wrapped } = schema as Inside;
  return wrapped ? unwrap(wrapped) : (schema as Inside);
}

/** Where an issue is: at its key if the key itself is wrong, else at its value. */
function offsetOf(source: JsonSource, issue: GenericIssue): number {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const node = source.root && findNodeAtLocation(source.root, path);
  const aboutKey = issue.type === 'never' || issue.path?.at(-1)?.origin === 'key';
  return (aboutKey ? node?.parent?.offset : node?.offset) ?? source.root?.offset ?? 0;
}

/** Line and column (from 1, in characters) of an offset in a text. */
export function locate(source: JsonSource, offset: number): Location {
  const start = source.text.lastIndexOf('\n', offset - 1) + 1;
  const end = source.text.indexOf('\n', offset);
  const lineText = source.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
  return {
    file: source.file,
    line: source.text.slice(0, start).split('\n').length,
    column: [...source.text.slice(start, offset)].length + 1,
    lineText,
  };
}

/** Complaints about a value that is not in a file but in an environment variable. */
export function variableComplaint(
  variable: string,
  value: string,
  schema: GenericSchema,
  parsed: unknown,
): Problem | undefined {
  const result = v.safeParse(schema, parsed);
  if (result.success) return undefined;
  return new Problem('config-invalid', `The environment variable ${variable} is not right.`, {
    found: JSON.stringify(value),
    expected: result.issues[0].message,
  });
}
