import type { SchemaObject, Value } from '../../catalog/snapshot.ts';
import { RANK, type Writer } from '../context.ts';
import { qualified, withoutArguments } from '../names.ts';
import { type Line, line } from '../step.ts';
import { dropByName } from './schemas.ts';

const routine = (value: Value | undefined) => withoutArguments(String(value));

export const PARSER: Writer = {
  rank: RANK.search,
  make: ({ identity, properties: p }) => {
    const headline = p.headline === undefined ? '' : `, HEADLINE = ${routine(p.headline)}`;
    return [
      line(
        `CREATE TEXT SEARCH PARSER ${qualified(identity)} (START = ${routine(p.start)}, GETTOKEN = ${routine(p.token)}, END = ${routine(p.end)}, LEXTYPES = ${routine(p['token types'])}${headline})`,
      ),
    ];
  },
  drop: dropByName,
};

export const TEMPLATE: Writer = {
  rank: RANK.search,
  make: ({ identity, properties: p }) => {
    const init = p.init === undefined ? '' : `INIT = ${routine(p.init)}, `;
    return [line(`CREATE TEXT SEARCH TEMPLATE ${qualified(identity)} (${init}LEXIZE = ${routine(p.lexize)})`)];
  },
  drop: dropByName,
};

export const DICTIONARY: Writer = {
  rank: RANK.search,
  make: ({ identity, properties: p }) => {
    const options = ((p.settings ?? []) as readonly string[]).map((text) => `, ${text}`).join('');
    return [
      line(
        `CREATE TEXT SEARCH DICTIONARY ${qualified(identity)} (TEMPLATE = ${qualified(p.template as readonly Value[])}${options})`,
      ),
    ];
  },
  drop: dropByName,
};

type Mapping = readonly [token: string, dictionaries: readonly (readonly string[])[]];

const mappingsOf = ({ properties }: SchemaObject) => (properties.mappings ?? []) as unknown as readonly Mapping[];

function mapping(one: SchemaObject, verb: string, [token, dictionaries]: Mapping): Line {
  const names = dictionaries.map(qualified).join(', ');
  return line(
    `ALTER TEXT SEARCH CONFIGURATION ${qualified(one.identity)} ${verb} MAPPING FOR ${qualified([token])} WITH ${names}`,
  );
}

export const CONFIGURATION: Writer = {
  rank: RANK.search,
  make: (one) => [
    line(
      `CREATE TEXT SEARCH CONFIGURATION ${qualified(one.identity)} (PARSER = ${qualified(one.properties.parser as readonly Value[])})`,
    ),
    ...mappingsOf(one).map((entry) => mapping(one, 'ADD', entry)),
  ],
  drop: dropByName,
  remakes: ({ changed }) => changed.has('parser'),
  alter: ({ before, after }) => {
    const [a, b] = [new Map(mappingsOf(before)), new Map(mappingsOf(after))];
    const gone = [...a.keys()].filter((token) => !b.has(token));
    return [
      ...gone.map((token) =>
        line(`ALTER TEXT SEARCH CONFIGURATION ${qualified(after.identity)} DROP MAPPING FOR ${qualified([token])}`),
      ),
      ...[...b]
        .filter(([token, names]) => JSON.stringify(a.get(token)) !== JSON.stringify(names))
        .map((entry) => mapping(after, a.has(entry[0]) ? 'ALTER' : 'ADD', entry)),
    ];
  },
};
