import type { Writer } from '../context.ts';
import type { NodeType } from '../side.ts';
import { COLUMN, DEFAULT } from './columns.ts';
import { CONSTRAINT } from './constraints.ts';
import { DEFAULT_PRIVILEGES } from './default-privileges.ts';
import { SERVER, SUBSCRIPTION, USER_MAPPING, WRAPPER } from './foreign.ts';
import { INDEX } from './indexes.ts';
import {
  CAST,
  COLLATION,
  CONVERSION,
  DATABASE_SETTING,
  OPERATOR,
  OPERATOR_CLASS,
  OPERATOR_FAMILY,
  SECURITY_LABEL,
  TRANSFORM,
} from './others.ts';
import { EVENT_TRIGGER, POLICY, RULE, STATISTICS, TRIGGER } from './parts-of-tables.ts';
import { PUBLICATION } from './publications.ts';
import { AGGREGATE, FUNCTION, PROCEDURE } from './routines.ts';
import { ACCESS_METHOD, EXTENSION, LANGUAGE, SCHEMA } from './schemas.ts';
import { OWNERSHIP, SEQUENCE } from './sequences.ts';
import { ATTACHMENT, FOREIGN_TABLE, TABLE } from './tables.ts';
import { CONFIGURATION, DICTIONARY, PARSER, TEMPLATE } from './text-search.ts';
import { ATTRIBUTE, BASE_TYPE, COMPOSITE, DOMAIN, DOMAIN_CONSTRAINT, ENUM, RANGE } from './types.ts';
import { MATERIALIZED_VIEW, VIEW } from './views.ts';

/** How each kind is written. */
export const WRITERS: Readonly<Record<NodeType, Writer>> = {
  'database setting': DATABASE_SETTING,
  schema: SCHEMA,
  extension: EXTENSION,
  language: LANGUAGE,
  'access method': ACCESS_METHOD,
  collation: COLLATION,
  conversion: CONVERSION,
  enum: ENUM,
  domain: DOMAIN,
  'domain constraint': DOMAIN_CONSTRAINT,
  'composite type': COMPOSITE,
  attribute: ATTRIBUTE,
  range: RANGE,
  'base type': BASE_TYPE,
  sequence: SEQUENCE,
  ownership: OWNERSHIP,
  table: TABLE,
  'foreign table': FOREIGN_TABLE,
  attachment: ATTACHMENT,
  view: VIEW,
  'materialized view': MATERIALIZED_VIEW,
  column: COLUMN,
  default: DEFAULT,
  constraint: CONSTRAINT,
  index: INDEX,
  trigger: TRIGGER,
  rule: RULE,
  policy: POLICY,
  'statistics object': STATISTICS,
  function: FUNCTION,
  procedure: PROCEDURE,
  aggregate: AGGREGATE,
  operator: OPERATOR,
  'operator family': OPERATOR_FAMILY,
  'operator class': OPERATOR_CLASS,
  cast: CAST,
  transform: TRANSFORM,
  'text search parser': PARSER,
  'text search template': TEMPLATE,
  'text search dictionary': DICTIONARY,
  'text search configuration': CONFIGURATION,
  'foreign-data wrapper': WRAPPER,
  server: SERVER,
  'user mapping': USER_MAPPING,
  'event trigger': EVENT_TRIGGER,
  publication: PUBLICATION,
  subscription: SUBSCRIPTION,
  'default privileges': DEFAULT_PRIVILEGES,
  'security label': SECURITY_LABEL,
};
