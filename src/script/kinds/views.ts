import { POSITION, type SchemaObject } from '../../catalog/snapshot.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { parameterList, qualified } from '../names.ts';
import { type Line, line } from '../step.ts';
import { optionLines } from './columns.ts';
import { dropByName } from './schemas.ts';

const queryOf = ({ properties }: SchemaObject) => String(properties.definition).replace(/;\s*$/, '');

function createView(one: SchemaObject, replace: boolean): Line {
  const options = one.properties.options === undefined ? '' : ` WITH (${parameterList(one.properties.options)})`;
  return line(`CREATE ${replace ? 'OR REPLACE ' : ''}VIEW ${qualified(one.identity)}${options} AS\n${queryOf(one)}`);
}

export const VIEW: Writer = {
  rank: RANK.view,
  make: (one) => [createView(one, false)],
  drop: dropByName,
  remakes: ({ after, changed }, context) => changed.has('definition') && !keepsColumns(after, context),
  alter: ({ before, after, changed }) => {
    if (changed.has('definition')) return [createView(after, true)];
    return optionLines(`ALTER VIEW ${qualified(after.identity)}`, before.properties.options, after.properties.options);
  },
};

/** CREATE OR REPLACE VIEW adds columns at the end, and changes none that is there. */
function keepsColumns({ identity }: SchemaObject, { before, after }: Context): boolean {
  const shape = ({ identity: names, properties: p }: SchemaObject) =>
    JSON.stringify([names.at(-1), p.type, p.collation, p[POSITION]]);
  const [a, b] = [before.within('column', identity).map(shape), after.within('column', identity).map(shape)];
  return a.every((one, i) => one === b[i]);
}

export const MATERIALIZED_VIEW: Writer = {
  rank: RANK.view,
  make: (one) => {
    const p = one.properties;
    const clauses = [
      ...(p['access method'] === undefined ? [] : [`USING ${qualified([p['access method']])}`]),
      ...(p.options === undefined ? [] : [`WITH (${parameterList(p.options)})`]),
      ...(p.tablespace === undefined ? [] : [`TABLESPACE ${qualified([p.tablespace])}`]),
    ];
    const head = [`CREATE MATERIALIZED VIEW ${qualified(one.identity)}`, ...clauses].join(' ');
    return [line(`${head} AS\n${queryOf(one)}${p['without data'] ? '\nWITH NO DATA' : ''}`)];
  },
  drop: dropByName,
  remakes: ({ changed }, context) => changed.has('definition') || (changed.has('access method') && context.major < 15),
  alter: ({ before, after, changed }: Altered) => {
    const alter = `ALTER MATERIALIZED VIEW ${qualified(after.identity)}`;
    const p = after.properties;
    return [
      ...(changed.has('options') ? optionLines(alter, before.properties.options, p.options) : []),
      ...(changed.has('access method')
        ? [line(`${alter} SET ACCESS METHOD ${qualified([p['access method'] ?? 'heap'])}`)]
        : []),
      ...(changed.has('tablespace')
        ? [line(`${alter} SET TABLESPACE ${qualified([p.tablespace ?? 'pg_default'])}`)]
        : []),
      ...(changed.has('without data')
        ? [line(`REFRESH MATERIALIZED VIEW ${qualified(after.identity)}${p['without data'] ? ' WITH NO DATA' : ''}`)]
        : []),
    ];
  },
};
