import { createHash } from 'node:crypto';
import type { Session } from '../../postgres/session.ts';

/**
 * A text that is another one as soon as anything of the schema has changed: how many rows each catalog has, and by which
 * transactions they were written (xmin; what VACUUM and ANALYZE write in place leaves it as it is). It costs a pass over
 * catalogs that are in memory, where to read the schema costs a hundred times as much. Takes no lock that anybody waits for.
 */
export async function catalogState(session: Session): Promise<string> {
  const [row] = await session.query(STATE);
  return createHash('sha256')
    .update(row?.state ?? '')
    .digest('hex')
    .slice(0, 32);
}

/** Those that everybody may read. Owners and grantees are shown by name, so the names of roles count, too. */
const CATALOGS = [
  'aggregate',
  'am',
  'amop',
  'amproc',
  'attrdef',
  'attribute',
  'cast',
  'class',
  'collation',
  'constraint',
  'conversion',
  'db_role_setting',
  'default_acl',
  'description',
  'enum',
  'event_trigger',
  'extension',
  'foreign_data_wrapper',
  'foreign_server',
  'foreign_table',
  'index',
  'inherits',
  'language',
  'namespace',
  'opclass',
  'operator',
  'opfamily',
  'partitioned_table',
  'policy',
  'proc',
  'publication',
  'publication_rel',
  'range',
  'rewrite',
  'seclabel',
  'sequence',
  'statistic_ext',
  'transform',
  'trigger',
  'ts_config',
  'ts_config_map',
  'ts_dict',
  'ts_parser',
  'ts_template',
  'type',
];

const STATE = `SELECT pg_catalog.string_agg(part, ' ') AS state FROM (
  ${CATALOGS.map((name) => `SELECT ${sumOf('c.xmin::text')} AS part FROM pg_catalog.pg_${name} AS c`).join('\n  UNION ALL ')}
  UNION ALL SELECT ${sumOf('r.rolname')} FROM pg_catalog.pg_roles AS r
) AS parts`;

function sumOf(text: string): string {
  return `count(*) || ':' || coalesce(sum(pg_catalog.hashtextextended(${text}, 0)), 0)`;
}
