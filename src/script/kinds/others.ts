import type { Properties, SchemaObject, Value } from '../../catalog/snapshot.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { type Context, RANK, type Writer } from '../context.ts';
import { addressOf, operatorName, qualified, withoutArguments } from '../names.ts';
import { type Line, line } from '../step.ts';
import { dropByName } from './schemas.ts';

const text = (value: Value | undefined) => quoteLiteral(String(value));

export const COLLATION: Writer = {
  rank: RANK.collation,
  make: (one, context) => {
    const p = one.properties;
    if (p.provider === 'default') {
      context.cannot(one, 'it is the one of the database');
      return [];
    }
    return [
      line(
        `CREATE COLLATION ${qualified(one.identity)} (${[`PROVIDER = ${String(p.provider)}`, ...locale(p)].join(', ')})`,
      ),
    ];
  },
  drop: dropByName,
};

/** Of ICU it stands in other columns up to 14. */
function locale(p: Properties): string[] {
  const names =
    p.locale !== undefined
      ? [`LOCALE = ${text(p.locale)}`]
      : p.provider === 'icu'
        ? [`LOCALE = ${text(p.collate)}`]
        : [`LC_COLLATE = ${text(p.collate)}`, `LC_CTYPE = ${text(p['character type'])}`];
  return [
    ...names,
    ...(p.rules === undefined ? [] : [`RULES = ${text(p.rules)}`]),
    ...(p['not deterministic'] ? ['DETERMINISTIC = false'] : []),
  ];
}

export const CONVERSION: Writer = {
  rank: RANK.operator,
  make: ({ identity, properties: p }) => [
    line(
      `CREATE ${p.default ? 'DEFAULT ' : ''}CONVERSION ${qualified(identity)} FOR ${text(p.from)} TO ${text(p.to)} FROM ${withoutArguments(String(p.function))}`,
    ),
  ],
  drop: dropByName,
};

/** `OPERATOR(app.=)`, of the text `app.=(integer,text)`. */
function operatorIn(value: Value): string {
  const [, schema, name] = /^(?:((?:"(?:[^"]|"")*"|[^".])+)\.)?([^(]+)\(/.exec(String(value)) ?? [];
  return schema === undefined ? String(name) : `OPERATOR(${schema}.${name})`;
}

export const OPERATOR: Writer = {
  rank: RANK.operator,
  make: (one) => [createOperator(one)],
  drop: dropByName,
};

function createOperator({ identity: [schema, name, left, right], properties: p }: SchemaObject): Line {
  const parts = [
    `FUNCTION = ${withoutArguments(String(p.function))}`,
    ...(left ? [`LEFTARG = ${left}`] : []),
    ...(right ? [`RIGHTARG = ${right}`] : []),
    ...(p.commutator === undefined ? [] : [`COMMUTATOR = ${operatorIn(p.commutator)}`]),
    ...(p.negator === undefined ? [] : [`NEGATOR = ${operatorIn(p.negator)}`]),
    ...(p['restriction estimator'] === undefined
      ? []
      : [`RESTRICT = ${withoutArguments(String(p['restriction estimator']))}`]),
    ...(p['join estimator'] === undefined ? [] : [`JOIN = ${withoutArguments(String(p['join estimator']))}`]),
    ...(p.hashes ? ['HASHES'] : []),
    ...(p.merges ? ['MERGES'] : []),
  ];
  return line(`CREATE OPERATOR ${operatorName([schema!, name!])} (${parts.join(', ')})`);
}

/** What of a family belongs to a class of its own cannot be told from outside. */
export const OPERATOR_FAMILY: Writer = {
  rank: RANK.operator,
  make: (one, context) => {
    if (one.properties.operators !== undefined || one.properties.functions !== undefined) return members(one, context);
    return [line(`CREATE ${addressOf(one)}`)];
  },
  drop: dropByName,
  alter: (change, context) => members(change.after, context),
};

export const OPERATOR_CLASS: Writer = {
  rank: RANK.operator,
  make: members,
  drop: dropByName,
  alter: ({ after }, context) => members(after, context),
};

function members(one: SchemaObject, context: Context): [] {
  context.cannot(one, 'a snapshot does not tell which operators of the family belong to which class');
  return [];
}

export const CAST: Writer = {
  rank: RANK.operator,
  make: (one) => {
    const p = one.properties;
    const how =
      p.function === undefined
        ? p.method === 'inout'
          ? 'WITH INOUT'
          : 'WITHOUT FUNCTION'
        : `WITH FUNCTION ${String(p.function)}`;
    const context = p.context === 'explicit' ? '' : ` AS ${String(p.context).toUpperCase()}`;
    return [line(`CREATE ${addressOf(one)} ${how}${context}`)];
  },
  drop: dropByName,
};

export const TRANSFORM: Writer = {
  rank: RANK.operator,
  make: (one) => {
    const p = one.properties;
    const parts = [
      ...(p['from SQL'] === undefined ? [] : [`FROM SQL WITH FUNCTION ${String(p['from SQL'])}`]),
      ...(p['to SQL'] === undefined ? [] : [`TO SQL WITH FUNCTION ${String(p['to SQL'])}`]),
    ];
    return [line(`CREATE ${addressOf(one)} (${parts.join(', ')})`)];
  },
  drop: dropByName,
};

/** A script is for any database, these statements for one by its name. */
export const DATABASE_SETTING: Writer = {
  rank: RANK.privileges,
  make: (one, context) => cannotSet(one, context),
  drop: (one, context) => cannotSet(one, context),
  alter: ({ after }, context) => cannotSet(after, context),
};

function cannotSet(one: SchemaObject, context: Context): [] {
  context.cannot(one, 'ALTER DATABASE and ALTER ROLE ... IN DATABASE name the database, and the script is for any');
  return [];
}

export const SECURITY_LABEL: Writer = {
  rank: RANK.privileges,
  make: label,
  drop: label,
  alter: ({ after }, context) => label(after, context),
};

function label(one: SchemaObject, context: Context): [] {
  context.cannot(one, 'what a label means, its provider alone knows');
  return [];
}
