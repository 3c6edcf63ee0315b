import type { SchemaObject, Value } from '../../catalog/snapshot.ts';
import { type Context, RANK, type Writer } from '../context.ts';
import { qualified } from '../names.ts';
import { type Line, line } from '../step.ts';

type Grant = readonly [grantee: string, privilege: string, option?: string];

const grantsOf = (value: Value | undefined) => (value ?? []) as unknown as readonly Grant[];

/** What a role gives with what it makes, where nothing else is said: the owner has all of it, everybody what the kind gives. */
function usual({ identity: [, schema, kind] }: SchemaObject, { major }: Context): Grant[] {
  if (schema !== '') return [];
  const of: Readonly<Record<string, readonly string[]>> = {
    tables: [
      'INSERT',
      'SELECT',
      'UPDATE',
      'DELETE',
      'TRUNCATE',
      'REFERENCES',
      'TRIGGER',
      ...(major >= 17 ? ['MAINTAIN'] : []),
    ],
    sequences: ['SELECT', 'UPDATE', 'USAGE'],
    functions: ['EXECUTE'],
    types: ['USAGE'],
    schemas: ['USAGE', 'CREATE'],
    'large objects': ['SELECT', 'UPDATE'],
  };
  const everybody = kind === 'functions' ? [['public', 'EXECUTE']] : kind === 'types' ? [['public', 'USAGE']] : [];
  return [...(of[kind!] ?? []).map((privilege): Grant => ['(owner)', privilege]), ...(everybody as unknown as Grant[])];
}

function change(one: SchemaObject, before: readonly Grant[], after: readonly Grant[]): Line[] {
  const texts = (grants: readonly Grant[]) => new Set(grants.map((grant) => JSON.stringify(grant)));
  const [a, b] = [texts(before), texts(after)];
  return [
    ...before.filter((grant) => !b.has(JSON.stringify(grant))).map((grant) => statement(one, 'REVOKE', grant)),
    ...after.filter((grant) => !a.has(JSON.stringify(grant))).map((grant) => statement(one, 'GRANT', grant)),
  ];
}

function statement(
  { identity: [role, schema, kind] }: SchemaObject,
  verb: 'GRANT' | 'REVOKE',
  [grantee, privilege, option]: Grant,
): Line {
  const who = grantee === '(owner)' ? qualified([role!]) : grantee === 'public' ? 'PUBLIC' : grantee;
  const within = schema === '' ? '' : ` IN SCHEMA ${qualified([schema!])}`;
  const end = verb === 'REVOKE' ? `FROM ${who}` : `TO ${who}${option === undefined ? '' : ' WITH GRANT OPTION'}`;
  return line(
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${qualified([role!])}${within} ${verb} ${privilege} ON ${kind!.toUpperCase()} ${end}`,
  );
}

export const DEFAULT_PRIVILEGES: Writer = {
  rank: RANK.privileges,
  make: (one, context) => change(one, usual(one, context), grantsOf(one.properties.privileges)),
  drop: (one, context) => change(one, grantsOf(one.properties.privileges), usual(one, context)),
  alter: ({ before, after }) =>
    change(after, grantsOf(before.properties.privileges), grantsOf(after.properties.privileges)),
};
