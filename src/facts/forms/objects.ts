import type { FormRow } from '../row.ts';
import { AS, AX, RX, SRX, SUX, takes, tried, X } from './effect.ts';

const CREATE_VIEW = 'sql-createview';
const REFRESH = 'sql-refreshmaterializedview';

/** What belongs to tables without being one: views, triggers, policies, functions, privileges, comments. */
export const OBJECTS = {
  'create-view': {
    title: 'CREATE VIEW',
    effect: takes(null, { 'tables read': AS }),
    samples: tried('CREATE VIEW made AS SELECT * FROM target'),
    manual: CREATE_VIEW,
  },
  'replace-view': {
    title: 'CREATE OR REPLACE VIEW',
    effect: takes(AX, { 'tables read': AS }),
    samples: tried('CREATE OR REPLACE VIEW plain_view AS SELECT id, note FROM plain'),
    manual: CREATE_VIEW,
  },
  'drop-view': {
    title: 'DROP VIEW, DROP MATERIALIZED VIEW',
    effect: takes(AX, { indexes: AX, 'dependent views': AX }),
    samples: tried('DROP VIEW plain_view', 'DROP VIEW lower_view CASCADE', 'DROP MATERIALIZED VIEW stored'),
    manual: 'sql-dropview',
  },
  'refresh-materialized-view': {
    title: 'REFRESH MATERIALIZED VIEW',
    effect: takes(AX, { indexes: AX, 'tables read': AS }, { rewrite: 'table', scan: true }),
    samples: tried('REFRESH MATERIALIZED VIEW stored'),
    manual: REFRESH,
  },
  'refresh-materialized-view-concurrently': {
    title: 'REFRESH MATERIALIZED VIEW CONCURRENTLY',
    effect: takes(X, { indexes: RX, 'tables read': AS }, { scan: true }),
    samples: tried('REFRESH MATERIALIZED VIEW CONCURRENTLY stored'),
    manual: REFRESH,
  },
  'create-trigger': {
    title: 'CREATE TRIGGER',
    effect: takes(SRX, { partitions: SRX }),
    samples: tried(
      'CREATE TRIGGER made AFTER INSERT ON target FOR EACH ROW EXECUTE FUNCTION trigger_one()',
      'CREATE TRIGGER made AFTER INSERT ON regions FOR EACH ROW EXECUTE FUNCTION trigger_one()',
    ),
    manual: 'sql-createtrigger',
  },
  'disable-trigger': {
    title: 'ALTER TABLE ... DISABLE, ENABLE TRIGGER',
    effect: takes(SRX, { partitions: SRX }),
    samples: tried('ALTER TABLE target DISABLE TRIGGER target_trigger', 'ALTER TABLE target ENABLE TRIGGER USER'),
    manual: 'sql-altertable',
  },
  'drop-trigger': {
    title: 'DROP TRIGGER',
    effect: takes(AX, { partitions: AX }),
    samples: tried('DROP TRIGGER target_trigger ON target'),
    manual: 'sql-droptrigger',
  },
  'create-policy': {
    title: 'CREATE POLICY',
    effect: takes(AX),
    samples: tried('CREATE POLICY made ON target USING (amount > 0)'),
    manual: 'sql-createpolicy',
  },
  'alter-policy': {
    title: 'ALTER POLICY',
    effect: takes(AX),
    samples: tried('ALTER POLICY target_policy ON target USING (amount > 1)'),
    manual: 'sql-alterpolicy',
  },
  'drop-policy': {
    title: 'DROP POLICY',
    effect: takes(AX),
    samples: tried('DROP POLICY target_policy ON target'),
    manual: 'sql-droppolicy',
  },
  'create-rule': {
    title: 'CREATE RULE',
    effect: takes(AX),
    samples: tried('CREATE RULE made AS ON UPDATE TO target DO NOTHING'),
    manual: 'sql-createrule',
  },
  'disable-rule': {
    title: 'ALTER TABLE ... DISABLE, ENABLE RULE',
    effect: takes(AX),
    samples: tried('ALTER TABLE target DISABLE RULE target_rule'),
    manual: 'sql-altertable',
  },
  'drop-rule': {
    title: 'DROP RULE',
    effect: takes(AX),
    samples: tried('DROP RULE target_rule ON target'),
    manual: 'sql-droprule',
  },
  comment: {
    title: 'COMMENT ON TABLE, COLUMN, INDEX, VIEW',
    effect: takes(SUX),
    samples: tried(
      "COMMENT ON TABLE target IS 'x'",
      "COMMENT ON COLUMN target.note IS 'x'",
      "COMMENT ON INDEX target_name_idx IS 'x'",
      "COMMENT ON VIEW plain_view IS 'x'",
    ),
    manual: 'sql-comment',
  },
  'publication-table': {
    title: 'CREATE PUBLICATION ... FOR TABLE, ALTER PUBLICATION ... TABLE',
    effect: takes(SUX),
    samples: tried('CREATE PUBLICATION made FOR TABLE target', 'ALTER PUBLICATION published ADD TABLE target'),
    manual: 'sql-alterpublication',
  },
  grant: {
    title: 'GRANT, REVOKE',
    effect: takes(AS),
    until: [{ major: 17, effect: { lock: null } }],
    samples: tried('GRANT SELECT ON target TO pg_monitor', 'REVOKE SELECT ON target FROM pg_monitor'),
    manual: 'sql-grant',
  },
  'default-privileges': {
    title: 'ALTER DEFAULT PRIVILEGES',
    effect: takes(null),
    samples: tried('ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor'),
    manual: 'sql-alterdefaultprivileges',
  },
  'create-function': {
    title: 'CREATE FUNCTION, CREATE PROCEDURE',
    effect: takes(null),
    samples: tried("CREATE OR REPLACE FUNCTION volatile_one() RETURNS float LANGUAGE sql AS 'SELECT random()'"),
    manual: 'sql-createfunction',
  },
  'drop-function': {
    title: 'DROP FUNCTION, DROP PROCEDURE',
    effect: takes(null),
    samples: tried('DROP FUNCTION volatile_one()'),
    manual: 'sql-dropfunction',
  },
  'drop-function-cascade': {
    title: 'DROP FUNCTION ... CASCADE of a function that triggers, views or defaults use',
    effect: takes(null, { 'tables using it': AX }),
    samples: tried('DROP FUNCTION trigger_two() CASCADE'),
    manual: 'sql-dropfunction',
  },
  'create-extension': {
    title: 'CREATE EXTENSION',
    effect: takes(null),
    samples: tried('CREATE EXTENSION hstore'),
    manual: 'sql-createextension',
  },
} satisfies Record<string, FormRow>;
