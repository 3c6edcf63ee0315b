import { stringsOf } from '../syntax/names.ts';
import type { Fields, Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';
import type { Known } from './known.ts';

/** How often an expression has to be computed: once for all rows, once in a transaction, for each row anew. */
export type ExpressionVolatility = 'constant' | 'stable' | 'volatile' | 'unknown';

const ORDER: readonly ExpressionVolatility[] = ['constant', 'stable', 'unknown', 'volatile'];

/**
 * The most volatile part of an expression. A function that neither PostgreSQL nor the files made is unknown. Operators and casts
 * are taken for immutable, as nearly all are.
 */
export function volatilityOf(known: Pick<Known, 'functions'>, expression: Node | undefined): ExpressionVolatility {
  const parts: ExpressionVolatility[] = ['constant'];
  for (const call of nodesOf('FuncCall', expression)) parts.push(callVolatility(known, call));
  if (nodesOf('SQLValueFunction', expression).length > 0) parts.push('stable');
  return ORDER[Math.max(...parts.map((one) => ORDER.indexOf(one)))]!;
}

function callVolatility(known: Pick<Known, 'functions'>, { funcname }: Fields<'FuncCall'>): ExpressionVolatility {
  const [name = '', schema] = stringsOf(funcname).reverse();
  if (schema === undefined || schema === 'pg_catalog') {
    const own = OWN.find(([, names]) => names.has(name));
    if (own) return own[0];
  }
  const found = known.functions(schema === undefined ? { name } : { schema, name });
  if (found.length === 0) return VOLATILE_OF_EXTENSIONS.has(name) ? 'volatile' : 'unknown';
  const volatilities = found.map(({ volatility }) => (volatility === 'immutable' ? 'constant' : volatility));
  return ORDER[Math.max(...volatilities.map((one) => ORDER.indexOf(one)))]!;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Functions of PostgreSQL that stand in defaults, by provolatile of pg_proc (18). */
const OWN: readonly (readonly [ExpressionVolatility, ReadonlySet<string>])[] = [
  [
    'volatile',
    words(`random random_normal gen_random_uuid uuidv4 uuidv7 clock_timestamp timeofday nextval currval lastval setval setseed
    pg_sleep pg_sleep_for pg_sleep_until pg_notify set_config lo_create lo_creat query_to_xml`),
  ],
  [
    'stable',
    words(`now transaction_timestamp statement_timestamp current_setting current_database current_schema current_schemas
    session_user txid_current pg_current_xact_id version inet_client_addr inet_client_port inet_server_addr pg_backend_pid
    to_char to_date to_timestamp timezone age date_trunc date_part extract concat concat_ws format to_json to_jsonb
    json_build_object jsonb_build_object json_build_array jsonb_build_array row_to_json array_to_json to_tsvector to_tsquery
    plainto_tsquery phraseto_tsquery websearch_to_tsquery pg_get_serial_sequence`),
  ],
  [
    'constant',
    words(`abs ceil ceiling floor round trunc mod power sqrt sign exp ln log div greatest least coalesce nullif lower upper
    initcap length char_length octet_length substr substring left right lpad rpad btrim ltrim rtrim trim replace translate
    reverse repeat split_part strpos position md5 sha224 sha256 sha384 sha512 encode decode chr ascii quote_ident
    regexp_replace regexp_match starts_with array_length array_append array_prepend array_cat array_remove array_position
    array_to_string string_to_array cardinality unnest jsonb_set jsonb_insert jsonb_strip_nulls jsonb_extract_path
    jsonb_extract_path_text jsonb_array_length make_date make_time make_interval make_timestamp justify_days justify_hours
    int4range int8range numrange tsrange tstzrange daterange lower_inc upper_inc isempty range_merge hashtext
    hashtextextended to_hex bit_length overlay setweight host masklen network point box circle polygon
    justify_interval to_number num_nulls num_nonnulls jsonb_typeof json_typeof`),
  ],
];

/** pgcrypto's gen_random_uuid is in PostgreSQL since 13; these are uuid-ossp's and others'. */
const VOLATILE_OF_EXTENSIONS = words(
  'uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuid_generate_v7 gen_random_bytes gen_salt nanoid ulid_generate',
);
