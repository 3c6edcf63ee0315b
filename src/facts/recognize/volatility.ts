import { stringsOf } from '../../syntax/names.ts';
import type { Fields, Node } from '../../syntax/tree.ts';
import { nodesIn, nodesOf } from '../../syntax/walk.ts';

/** What a default has to be computed for: once for the statement, or for every row; unknown: a function that we do not know. */
export type Volatility = 'constant' | 'stable' | 'volatile' | 'unknown';

/** By the worst of the functions that an expression calls. Operators and casts of PostgreSQL's own are never volatile. */
export function volatilityOf(expression: Node | undefined): Volatility {
  const found = [...nodesOf('FuncCall', expression)].map(volatilityOfCall);
  for (const worst of ['volatile', 'unknown', 'stable'] as const) if (found.includes(worst)) return worst;
  return callsNothing(expression) ? 'constant' : 'stable';
}

function callsNothing(expression: Node | undefined): boolean {
  return ![...nodesIn(expression)].some((node) => 'SQLValueFunction' in node || 'FuncCall' in node);
}

function volatilityOfCall({ funcname }: Fields<'FuncCall'>): Volatility {
  const [name = '', schema] = stringsOf(funcname).reverse();
  if (VOLATILE.has(name)) return 'volatile';
  return (schema === undefined || schema === 'pg_catalog') && STEADY.has(name) ? 'stable' : 'unknown';
}

const words = (...lines: string[]) => new Set(lines.join(' ').split(' '));

/**
 * Functions that give another value with every call: pg_proc.provolatile of a server 18, without those that only
 * administrators call; and those of uuid-ossp and pgcrypto.
 */
const VOLATILE = words(
  'random random_normal setseed gen_random_uuid uuidv4 uuidv7 clock_timestamp timeofday',
  'current_query set_config array_sample array_shuffle pg_current_wal_lsn pg_current_wal_insert_lsn pg_xact_status',
  'nextval setval currval lastval pg_sleep pg_sleep_for pg_sleep_until pg_notify',
  'uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt',
  'pg_advisory_lock pg_advisory_xact_lock pg_try_advisory_lock pg_try_advisory_xact_lock',
);

/** Functions of PostgreSQL itself that people write in defaults and that are computed once. */
const STEADY = words(
  'now transaction_timestamp statement_timestamp date_part date_trunc date_bin extract age timezone make_date make_time',
  'make_timestamp make_timestamptz make_interval to_char to_date to_timestamp to_number justify_days justify_hours',
  'abs ceil ceiling floor round trunc power sqrt mod div sign greatest least pi log ln exp width_bucket',
  'lower upper initcap concat concat_ws format left right lpad rpad ltrim rtrim btrim trim substr substring overlay',
  'length char_length octet_length position strpos replace translate reverse repeat split_part string_to_array chr ascii',
  'md5 sha224 sha256 sha384 sha512 encode decode convert_to convert_from quote_ident quote_literal quote_nullable',
  'regexp_replace regexp_match regexp_substr starts_with to_hex hashtext hashtextextended',
  'array_fill array_append array_cat array_length array_to_string cardinality',
  'json_build_object json_build_array jsonb_build_object jsonb_build_array to_json to_jsonb json_object jsonb_object',
  'jsonb_set row_to_json array_to_json jsonb_strip_nulls',
  'coalesce nullif current_setting current_database current_schema current_user session_user user txid_current',
  'pg_current_xact_id inet_client_addr inet_server_addr pg_backend_pid version',
  'to_tsvector to_tsquery plainto_tsquery setweight int4range int8range numrange tsrange tstzrange daterange',
  'point box circle lseg path polygon set_masklen host network broadcast netmask uuid_nil uuid_ns_dns',
);
