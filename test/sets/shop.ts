/**
 * A shop: a schema for each part of the business, rules kept by the database (domains, exclusion constraints, deferred
 * triggers, procedures), a tree of categories. Written on Windows: lines end in CR LF.
 */
import * as make from './blocks.ts';
import { SHOP_FAULTS } from './shop-faults.ts';
import type { MigrationSet, Step } from './step.ts';
import { snake } from './step.ts';

const SCHEMAS = ['catalog', 'sales', 'stock', 'billing', 'crm'];

const DOMAINS = make.rows(`
  catalog.sku      | text          | VALUE ~ '^[A-Z]{3}-[0-9]{4,8}$'
  billing.amount   | numeric(14,2) | VALUE >= 0
  billing.percent  | numeric(5,2)  | VALUE BETWEEN 0 AND 100
  crm.country      | char(2)       | VALUE = upper(VALUE)
  stock.quantity   | integer       | VALUE <> 0`);

const ENUMS: readonly (readonly [string, readonly string[], string, string, string])[] = [
  ['sales.order_state', ['draft', 'placed', 'paid'], 'shipped', 'sales.orders', 'draft'],
  ['stock.movement_kind', ['in', 'out'], 'inventory', 'stock.movements', 'in'],
  ['billing.invoice_state', ['open', 'settled'], 'void', 'billing.invoices', 'open'],
  ['crm.contact_kind', ['email', 'phone'], 'letter', 'crm.contacts', 'email'],
];

const TABLES: readonly (readonly [string, string])[] = [
  ['catalog.categories', 'name text NOT NULL\npath text NOT NULL'],
  [
    'catalog.products',
    "sku catalog.sku NOT NULL UNIQUE\nname text NOT NULL\ncategory_id integer REFERENCES catalog.categories\nattributes jsonb NOT NULL DEFAULT '{}'",
  ],
  [
    'catalog.variants',
    'product_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE\nsku catalog.sku NOT NULL\nweight numeric(8,3)\nwidth integer\nheight integer',
  ],
  [
    'catalog.prices',
    "variant_id integer NOT NULL REFERENCES catalog.variants\nnet billing.amount NOT NULL\nvat billing.percent NOT NULL DEFAULT 19\nvalid daterange NOT NULL DEFAULT '[,)'",
  ],
  [
    'catalog.images',
    'product_id integer NOT NULL REFERENCES catalog.products ON DELETE CASCADE\nurl text NOT NULL\nposition smallint NOT NULL DEFAULT 0',
  ],
  [
    'crm.customers',
    "number text NOT NULL UNIQUE\nname text NOT NULL\ncountry crm.country NOT NULL DEFAULT 'DE'\ncredit billing.amount NOT NULL DEFAULT 0",
  ],
  [
    'crm.contacts',
    "customer_id integer NOT NULL REFERENCES crm.customers ON DELETE CASCADE\nkind crm.contact_kind NOT NULL DEFAULT 'email'\nvalue text NOT NULL",
  ],
  [
    'crm.addresses',
    'customer_id integer NOT NULL REFERENCES crm.customers\nstreet text\ncity text NOT NULL\npostcode varchar(12)\ncountry crm.country',
  ],
  ['sales.carts', 'customer_id integer REFERENCES crm.customers\ntoken uuid NOT NULL DEFAULT gen_random_uuid()'],
  [
    'sales.orders',
    "customer_id integer NOT NULL REFERENCES crm.customers\nstate sales.order_state NOT NULL DEFAULT 'draft'\nnumber text\nplaced_at timestamptz\ntotal billing.amount NOT NULL DEFAULT 0",
  ],
  [
    'sales.lines',
    'order_id integer NOT NULL REFERENCES sales.orders ON DELETE CASCADE\nvariant_id integer NOT NULL REFERENCES catalog.variants\nquantity integer NOT NULL CONSTRAINT lines_quantity CHECK (quantity > 0)\nnet billing.amount NOT NULL\nvat billing.percent NOT NULL',
  ],
  ['sales.discounts', 'code text NOT NULL\npercent billing.percent NOT NULL\nvalid tstzrange NOT NULL'],
  ['stock.warehouses', 'name text NOT NULL\ncountry crm.country NOT NULL'],
  ['stock.bins', 'warehouse_id integer NOT NULL REFERENCES stock.warehouses\nlabel text NOT NULL\ncapacity integer'],
  [
    'stock.levels',
    'bin_id integer NOT NULL REFERENCES stock.bins\nvariant_id integer NOT NULL REFERENCES catalog.variants\non_hand integer NOT NULL DEFAULT 0\nreserved integer NOT NULL DEFAULT 0',
  ],
  [
    'stock.movements',
    "bin_id integer NOT NULL REFERENCES stock.bins\nvariant_id integer NOT NULL REFERENCES catalog.variants\nkind stock.movement_kind NOT NULL DEFAULT 'in'\nquantity stock.quantity NOT NULL",
  ],
  ['stock.reservations', 'bin_id integer NOT NULL REFERENCES stock.bins\nduring tstzrange NOT NULL'],
  [
    'billing.invoices',
    "order_id integer NOT NULL REFERENCES sales.orders\nstate billing.invoice_state NOT NULL DEFAULT 'open'\nnumber text\ndue date\ntotal billing.amount NOT NULL",
  ],
  [
    'billing.payments',
    'invoice_id integer NOT NULL REFERENCES billing.invoices\namount billing.amount NOT NULL\npaid_at timestamptz NOT NULL DEFAULT now()\nreference text',
  ],
  ['billing.accounts', 'code text NOT NULL UNIQUE\nname text NOT NULL'],
  [
    'billing.entries',
    'account_id integer NOT NULL REFERENCES billing.accounts\npayment_id integer REFERENCES billing.payments\ndebit billing.amount NOT NULL DEFAULT 0\ncredit billing.amount NOT NULL DEFAULT 0',
  ],
];

const INDEXES = make.rows(`
  products_category   | catalog.products (category_id)
  products_attributes | catalog.products USING gin (attributes)
  variants_product    | catalog.variants (product_id, sku)
  images_order        | catalog.images (product_id, position)
  contacts_customer   | crm.contacts (customer_id, kind)
  addresses_customer  | crm.addresses (customer_id)
  customers_name      | crm.customers (lower(name) text_pattern_ops)
  orders_customer     | sales.orders (customer_id, placed_at DESC NULLS LAST)
  orders_open         | sales.orders (id) WHERE (state = 'draft'::sales.order_state)
  lines_order         | sales.lines (order_id)
  carts_customer      | sales.carts USING hash (customer_id)
  discounts_valid     | sales.discounts USING gist (valid)
  movements_variant   | stock.movements (variant_id, id) INCLUDE (quantity)
  bins_warehouse      | stock.bins (warehouse_id)
  levels_variant      | stock.levels (variant_id)
  invoices_due        | billing.invoices (due)
  payments_invoice    | billing.payments (invoice_id)
  entries_account     | billing.entries (account_id)
  entries_payment     | billing.entries (payment_id)`);

const plpgsql = (head: string, body: string, kind = 'FUNCTION', more = '') =>
  `CREATE OR REPLACE ${kind} ${head}\nLANGUAGE plpgsql${more} AS $function$\n${body.trim()}\n$function$;`;

/** A function of a trigger, and the trigger. */
const trigger = (title: string, of: string, name: string, when: string, body: string, kind = 'TRIGGER', tail = '') =>
  make.step(
    title,
    `${plpgsql(`${of.split('.')[0]}.${name}() RETURNS trigger`, body)}
CREATE ${kind} ${name} ${when} ON ${of}${tail} FOR EACH ROW EXECUTE FUNCTION ${of.split('.')[0]}.${name}();`,
    `DROP TRIGGER ${name} ON ${of};\nDROP FUNCTION ${of.split('.')[0]}.${name}();`,
  );

const TOTAL = (sum: string) =>
  plpgsql(
    'sales.total_of(an_order integer) RETURNS numeric',
    `DECLARE
  result numeric := 0;
  one record;
BEGIN
  FOR one IN SELECT l.quantity, l.net, l.vat FROM sales.lines AS l WHERE l.order_id = an_order LOOP
    result := result + ${sum};
  END LOOP;
  RETURN round(result, 2);
END`,
    'FUNCTION',
    ' STABLE PARALLEL SAFE',
  );
const NET = 'one.quantity * one.net';
const GROSS = 'one.quantity * one.net * (1 + one.vat / 100)';

/** Numbers without gaps: what runs out of a sequence may be lost with its transaction. */
const NUMBERS = `CREATE TABLE billing.number_ranges (name text PRIMARY KEY, next bigint NOT NULL DEFAULT 1, format text NOT NULL);
${plpgsql(
  'billing.next_number(range_name text) RETURNS text',
  `DECLARE
  taken record;
BEGIN
  UPDATE billing.number_ranges SET next = next + 1 WHERE name = range_name RETURNING next - 1 AS value, format INTO taken;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no range %', range_name USING HINT = 'See billing.number_ranges.';
  END IF;
  RETURN replace(taken.format, '#', taken.value::text);
END`,
)}
CREATE FUNCTION billing.next_number(range_name text, count integer) RETURNS SETOF text LANGUAGE sql AS
'SELECT billing.next_number($1) FROM generate_series(1, $2)';`;

const BALANCE = `CREATE VIEW billing.balances AS
  SELECT a.code, a.name, sum(e.debit) - sum(e.credit) AS balance
  FROM billing.accounts a LEFT JOIN billing.entries e ON e.account_id = a.id
  GROUP BY a.code, a.name;`;
const OPEN = (more: string) => `CREATE OR REPLACE VIEW sales.open_orders AS
  SELECT o.id, o.number, o.customer_id, o.total${more} FROM sales.orders o WHERE o.state IN ('draft', 'placed');`;

function* steps(): Iterable<Step> {
  for (const name of SCHEMAS) yield make.step(`schema ${name}`, `CREATE SCHEMA ${name};`, `DROP SCHEMA ${name};`);
  for (const [name = '', type = '', rule = ''] of DOMAINS)
    yield make.step(
      `domain ${name}`,
      `CREATE DOMAIN ${name} AS ${type} CONSTRAINT ${name.split('.')[1]}_rule CHECK (${rule});`,
      `DROP DOMAIN ${name};`,
    );
  for (const [name, labels] of ENUMS)
    yield make.step(
      `type ${name}`,
      `CREATE TYPE ${name} AS ENUM (${labels.map(make.quoted).join(', ')});`,
      `DROP TYPE ${name};`,
    );
  for (const [name, columns] of TABLES)
    yield make.table(name, `id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY\n${columns}`);
  for (const [name = '', on = ''] of INDEXES) yield make.index(name, on);
  yield* rules();
  yield* money();
  yield* warehouse();
  yield* labels();
  yield* evolution();
  yield* tree();
  yield* reports();
}

function* labels(): Iterable<Step> {
  for (const [name, labels, added, of, value] of ENUMS) {
    const column = name.endsWith('kind') ? 'kind' : 'state';
    const label = make.label(name, labels, added, [{ of, name: column, value }]);
    yield name === 'sales.order_state' ? { ...label, down: withoutConditions(label.down ?? '') } : label;
  }
}

/** A check and the condition of an index speak of the type. */
const withoutConditions = (sql: string) => `DROP INDEX sales.orders_open;
ALTER TABLE sales.orders DROP CONSTRAINT orders_placed;
${sql}
CREATE INDEX orders_open ON sales.orders (id) WHERE (state = 'draft'::sales.order_state);
ALTER TABLE sales.orders ADD CONSTRAINT orders_placed ${PLACED};`;
const PLACED = "CHECK (state = 'draft' OR placed_at IS NOT NULL)";

function* rules(): Iterable<Step> {
  for (const [of, name, rule] of [
    ['catalog.variants', 'variants_weight', 'weight IS NULL OR weight > 0'],
    ['stock.levels', 'levels_reserved', 'reserved BETWEEN 0 AND on_hand'],
    ['stock.bins', 'bins_label', "label ~ '^[A-Z][0-9]+$'"],
    ['billing.entries', 'entries_sides', '(debit = 0) <> (credit = 0)'],
  ] as const)
    yield make.check(of, name, rule);
  yield* make.inTwoSteps('billing.payments', 'payments_some', 'CHECK (amount > 0)');
  yield* make.inTwoSteps('sales.orders', 'orders_placed', PLACED);
  yield make.step(
    'one price a day',
    'CREATE EXTENSION IF NOT EXISTS btree_gist;\nALTER TABLE catalog.prices ADD CONSTRAINT prices_once EXCLUDE USING gist (variant_id WITH =, valid WITH &&);',
    'ALTER TABLE catalog.prices DROP CONSTRAINT prices_once;\nDROP EXTENSION btree_gist;',
    { requires: ['btree_gist'], depends: ['create catalog.prices'] },
  );
  yield make.step(
    'bins are reserved once',
    'ALTER TABLE stock.reservations ADD CONSTRAINT reservations_once EXCLUDE USING gist (during WITH &&) WHERE (bin_id IS NOT NULL) DEFERRABLE;',
    'ALTER TABLE stock.reservations DROP CONSTRAINT reservations_once;',
  );
  yield make.step(
    'levels are unique',
    'CREATE UNIQUE INDEX levels_once ON stock.levels (bin_id, variant_id);\nALTER TABLE stock.levels ADD CONSTRAINT levels_once UNIQUE USING INDEX levels_once;',
    'ALTER TABLE stock.levels DROP CONSTRAINT levels_once;',
  );
  yield make.step(
    'domain amount is smaller',
    'ALTER DOMAIN billing.amount ADD CONSTRAINT amount_limit CHECK (VALUE < 10000000) NOT VALID;',
    'ALTER DOMAIN billing.amount DROP CONSTRAINT amount_limit;',
  );
  yield make.step(
    'domain country has a default',
    "ALTER DOMAIN crm.country SET DEFAULT 'DE';\nCOMMENT ON DOMAIN crm.country IS 'ISO 3166-1, two letters';",
    'COMMENT ON DOMAIN crm.country IS NULL;\nALTER DOMAIN crm.country DROP DEFAULT;',
  );
}

function* money(): Iterable<Step> {
  yield make.step(
    'gapless numbers',
    NUMBERS,
    'DROP FUNCTION billing.next_number(text, integer);\nDROP FUNCTION billing.next_number(text);\nDROP TABLE billing.number_ranges;',
  );
  yield make.step(
    'ranges of numbers',
    "INSERT INTO billing.number_ranges (name, format) VALUES ('invoice', 'R#'), ('order', 'A#') ON CONFLICT DO NOTHING;",
    'DELETE FROM billing.number_ranges;',
    { verify: 'SELECT count(*) = 2 FROM billing.number_ranges;' },
  );
  yield make.step('total of an order', TOTAL(NET), 'DROP FUNCTION sales.total_of(integer);');
  yield make.replaced('totals with tax', TOTAL(NET), TOTAL(GROSS));
  yield trigger(
    'orders know their total',
    'sales.lines',
    'add_up',
    'AFTER INSERT OR UPDATE OF quantity, net OR DELETE',
    `BEGIN
  UPDATE sales.orders SET total = sales.total_of(coalesce(NEW.order_id, OLD.order_id)) WHERE id = coalesce(NEW.order_id, OLD.order_id);
  RETURN NULL;
END`,
  );
  yield trigger(
    'entries balance',
    'billing.entries',
    'balanced',
    'AFTER INSERT OR UPDATE',
    `BEGIN
  IF (SELECT sum(debit) <> sum(credit) FROM billing.entries WHERE payment_id = NEW.payment_id) THEN
    RAISE EXCEPTION 'payment % is not balanced', NEW.payment_id;
  END IF;
  RETURN NULL;
END`,
    'CONSTRAINT TRIGGER',
    ' DEFERRABLE INITIALLY DEFERRED',
  );
  yield make.step(
    'procedure settle',
    plpgsql(
      'billing.settle(an_invoice integer, INOUT left_over numeric DEFAULT 0)',
      `DECLARE
  paid numeric;
BEGIN
  SELECT coalesce(sum(amount), 0) INTO paid FROM billing.payments WHERE invoice_id = an_invoice;
  UPDATE billing.invoices SET state = 'settled' WHERE id = an_invoice AND total <= paid;
  SELECT paid - total INTO left_over FROM billing.invoices WHERE id = an_invoice;
END`,
      'PROCEDURE',
    ),
    'DROP PROCEDURE billing.settle(integer, numeric);',
  );
  yield make.step(
    'chart of accounts',
    `INSERT INTO billing.accounts (code, name) VALUES
  ('1200', 'Bank'), ('1400', 'Receivables'), ('1776', 'Tax 19 %'), ('8400', 'Revenue'), ('8736', 'Discounts')
ON CONFLICT (code) DO NOTHING;`,
    "DELETE FROM billing.accounts WHERE code IN ('1200', '1400', '1776', '8400', '8736');",
  );
  yield make.step('view balances', BALANCE, 'DROP VIEW billing.balances;');
}

function* warehouse(): Iterable<Step> {
  yield trigger(
    'movements change levels',
    'stock.movements',
    'move',
    'BEFORE INSERT',
    `BEGIN
  INSERT INTO stock.levels AS l (bin_id, variant_id, on_hand) VALUES (NEW.bin_id, NEW.variant_id, NEW.quantity)
  ON CONFLICT ON CONSTRAINT levels_once DO UPDATE SET on_hand = l.on_hand + EXCLUDED.on_hand;
  RETURN NEW;
END`,
  );
  yield make.step(
    'movements stand still while we count',
    'ALTER TABLE stock.movements DISABLE TRIGGER move;',
    'ALTER TABLE stock.movements ENABLE TRIGGER move;',
  );
  yield make.step(
    'movements are never changed',
    'CREATE RULE keep AS ON UPDATE TO stock.movements DO INSTEAD NOTHING;\nCREATE RULE stay AS ON DELETE TO stock.movements WHERE OLD.id > 0 DO INSTEAD NOTHING;',
    'DROP RULE stay ON stock.movements;\nDROP RULE keep ON stock.movements;',
  );
  yield make.step(
    'movements are moved before they are checked',
    'DROP TRIGGER move ON stock.movements;\nCREATE TRIGGER a_move BEFORE INSERT ON stock.movements FOR EACH ROW EXECUTE FUNCTION stock.move();',
    'DROP TRIGGER a_move ON stock.movements;\nCREATE TRIGGER move BEFORE INSERT ON stock.movements FOR EACH ROW EXECUTE FUNCTION stock.move();\nALTER TABLE stock.movements DISABLE TRIGGER move;',
  );
  yield make.step(
    'composite type size',
    "CREATE TYPE stock.size AS (width integer, height integer, depth integer);\nCOMMENT ON TYPE stock.size IS 'In millimetres';",
    'DROP TYPE stock.size;',
  );
  yield make.column('stock.bins', 'size', 'stock.size');
  yield make.step(
    'sizes have a weight',
    'ALTER TYPE stock.size ADD ATTRIBUTE weight numeric;',
    'ALTER TYPE stock.size DROP ATTRIBUTE weight;',
  );
  yield make.step(
    'range of temperatures',
    'CREATE TYPE stock.temperatures AS RANGE (subtype = numeric);',
    'DROP TYPE stock.temperatures;',
  );
  yield make.column('stock.bins', 'keeps', "stock.temperatures DEFAULT '[15,25]'");
  yield make.step(
    'sequence of pallets',
    'CREATE SEQUENCE stock.pallets AS integer START 1000 INCREMENT 10 CYCLE;',
    'DROP SEQUENCE stock.pallets;',
  );
  yield make.column('stock.movements', 'pallet', "integer DEFAULT nextval('stock.pallets')");
  yield make.step(
    'pallets go by ones',
    'ALTER SEQUENCE stock.pallets INCREMENT 1 CACHE 5 OWNED BY stock.movements.pallet;',
    'ALTER SEQUENCE stock.pallets INCREMENT 10 CACHE 1 OWNED BY NONE;',
  );
}

function* evolution(): Iterable<Step> {
  yield make.column('catalog.variants', 'area', 'integer GENERATED ALWAYS AS (width * height) STORED');
  yield make.column('crm.customers', 'search', "text GENERATED ALWAYS AS (lower(name) || ' ' || number) STORED");
  yield make.step(
    'area in other units',
    'ALTER TABLE catalog.variants DROP COLUMN area;\nALTER TABLE catalog.variants ADD COLUMN area numeric GENERATED ALWAYS AS (width * height / 100.0) STORED;',
    'ALTER TABLE catalog.variants DROP COLUMN area;\nALTER TABLE catalog.variants ADD COLUMN area integer GENERATED ALWAYS AS (width * height) STORED;',
  );
  for (const [of, name, type] of [
    ['catalog.products', 'published_at', 'timestamptz'],
    ['catalog.products', 'brand', "text DEFAULT 'none'"],
    ['sales.orders', 'note', 'text'],
    ['sales.orders', 'currency', "char(3) NOT NULL DEFAULT 'EUR'"],
    ['crm.customers', 'vat_id', 'text'],
    ['crm.addresses', 'is_default', 'boolean NOT NULL DEFAULT false'],
    ['billing.invoices', 'reminders', 'smallint NOT NULL DEFAULT 0'],
    ['sales.lines', 'gift', 'boolean'],
  ] as const)
    yield make.column(of, name, type);
  yield make.step(
    'addresses need a country',
    "UPDATE crm.addresses SET country = 'DE' WHERE country IS NULL;\nALTER TABLE crm.addresses ALTER COLUMN country SET NOT NULL;",
    'ALTER TABLE crm.addresses ALTER COLUMN country DROP NOT NULL;',
  );
  yield make.retyped('catalog.images', 'position', 'smallint', 'integer');
  yield make.step(
    'discounts have a key of their own',
    'ALTER TABLE sales.discounts DROP CONSTRAINT discounts_pkey;\nALTER TABLE sales.discounts ADD CONSTRAINT discounts_pkey PRIMARY KEY (code);\nALTER TABLE sales.discounts ALTER COLUMN id DROP IDENTITY;\nALTER TABLE sales.discounts ALTER COLUMN id DROP NOT NULL;',
    'ALTER TABLE sales.discounts ALTER COLUMN id SET NOT NULL;\nALTER TABLE sales.discounts ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY;\nALTER TABLE sales.discounts DROP CONSTRAINT discounts_pkey;\nALTER TABLE sales.discounts ALTER COLUMN code SET NOT NULL;\nALTER TABLE sales.discounts ADD CONSTRAINT discounts_pkey PRIMARY KEY (id);',
  );
  yield make.defaulted('catalog.prices', 'vat', '19', '20');
  yield make.columnRenamed('crm.contacts', 'value', 'address');
  yield make.step(
    'carts move',
    'ALTER TABLE sales.carts SET SCHEMA crm;\nALTER TABLE crm.carts RENAME TO baskets;',
    'ALTER TABLE crm.baskets RENAME TO carts;\nALTER TABLE crm.carts SET SCHEMA sales;',
  );
  yield make.comment('TABLE catalog.products', 'What we sell');
  yield make.comment('COLUMN catalog.products.brand', 'As it is printed on it');
  yield {
    ...make.comment('TABLE catalog.products', 'What we sell, or have sold', 'What we sell'),
    title: 'another comment on products',
  };
  yield make.step(
    'brands have a table',
    `CREATE TABLE catalog.brands (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO catalog.brands (name) SELECT DISTINCT brand FROM catalog.products ON CONFLICT DO NOTHING;
ALTER TABLE catalog.products DROP COLUMN brand, ADD COLUMN brand_id integer REFERENCES catalog.brands;`,
    `ALTER TABLE catalog.products DROP COLUMN brand_id, ADD COLUMN brand text DEFAULT 'none';
COMMENT ON COLUMN catalog.products.brand IS 'As it is printed on it';
DROP TABLE catalog.brands;`,
  );
  yield make.step(
    'statistics of lines',
    'CREATE STATISTICS sales.lines_together (dependencies, ndistinct) ON variant_id, vat FROM sales.lines;',
    'DROP STATISTICS sales.lines_together;',
  );
  yield make.step(
    'attributes are large',
    'ALTER TABLE catalog.products ALTER COLUMN attributes SET STORAGE EXTERNAL, ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN category_id SET (n_distinct = 300);',
    'ALTER TABLE catalog.products ALTER COLUMN attributes SET STORAGE EXTENDED, ALTER COLUMN name SET STATISTICS -1, ALTER COLUMN category_id RESET (n_distinct);',
  );
}

function* tree(): Iterable<Step> {
  const needs = (more: string) => ({ depends: ['paths are a tree', more] });
  yield make.step(
    'paths are a tree',
    'CREATE EXTENSION IF NOT EXISTS ltree;\nALTER TABLE catalog.categories ALTER COLUMN path TYPE ltree USING path::ltree;',
    'ALTER TABLE catalog.categories ALTER COLUMN path TYPE text USING path::text;\nDROP EXTENSION ltree;',
    { requires: ['ltree'], depends: ['create catalog.categories'] },
  );
  yield make.index('categories_path', 'catalog.categories USING gist (path)', needs('create catalog.categories'));
  yield make.step(
    'function below',
    `CREATE FUNCTION catalog.below(a_path ltree) RETURNS SETOF catalog.categories LANGUAGE sql STABLE AS $$
  SELECT * FROM catalog.categories WHERE path <@ a_path ORDER BY path
$$;`,
    'DROP FUNCTION catalog.below(ltree);',
    needs('create catalog.categories'),
  );
  yield make.check('catalog.categories', 'categories_depth', 'nlevel(path) <= 8', needs('create catalog.categories'));
}

function* reports(): Iterable<Step> {
  yield make.step('view open_orders', OPEN(''), 'DROP VIEW sales.open_orders;');
  yield make.step('open_orders show the note', OPEN(', o.note'), `DROP VIEW sales.open_orders;\n${OPEN('')}`);
  yield make.step(
    'open_orders take notes',
    plpgsql(
      'sales.note() RETURNS trigger',
      'BEGIN\n  UPDATE sales.orders SET note = NEW.note WHERE id = OLD.id;\n  RETURN NEW;\nEND',
    ) +
      "\nCREATE TRIGGER note INSTEAD OF UPDATE ON sales.open_orders FOR EACH ROW EXECUTE FUNCTION sales.note();\nALTER VIEW sales.open_orders ALTER COLUMN note SET DEFAULT '-';",
    'ALTER VIEW sales.open_orders ALTER COLUMN note DROP DEFAULT;\nDROP TRIGGER note ON sales.open_orders;\nDROP FUNCTION sales.note();',
  );
  yield make.step(
    'materialized view turnover',
    `CREATE MATERIALIZED VIEW sales.turnover AS
  SELECT date_trunc('month', placed_at) AS month, currency, sum(total) AS total FROM sales.orders WHERE placed_at IS NOT NULL GROUP BY 1, 2 WITH NO DATA;
CREATE UNIQUE INDEX turnover_month ON sales.turnover (month, currency);`,
    'DROP MATERIALIZED VIEW sales.turnover;',
  );
  yield make.step(
    'reports may be read',
    'GRANT USAGE ON SCHEMA sales TO set_reports;\nGRANT SELECT ON sales.open_orders, sales.turnover TO set_reports;',
    'REVOKE SELECT ON sales.open_orders, sales.turnover FROM set_reports;\nREVOKE USAGE ON SCHEMA sales FROM set_reports;',
  );
  yield make.step(
    'turnover by week',
    `DROP MATERIALIZED VIEW sales.turnover;
CREATE MATERIALIZED VIEW sales.turnover AS
  SELECT date_trunc('week', placed_at) AS week, currency, sum(total) AS total FROM sales.orders WHERE placed_at IS NOT NULL GROUP BY 1, 2 WITH NO DATA;
CREATE UNIQUE INDEX turnover_week ON sales.turnover (week, currency);
GRANT SELECT ON sales.turnover TO set_reports;`,
    `DROP MATERIALIZED VIEW sales.turnover;
CREATE MATERIALIZED VIEW sales.turnover AS
  SELECT date_trunc('month', placed_at) AS month, currency, sum(total) AS total FROM sales.orders WHERE placed_at IS NOT NULL GROUP BY 1, 2 WITH NO DATA;
CREATE UNIQUE INDEX turnover_month ON sales.turnover (month, currency);
GRANT SELECT ON sales.turnover TO set_reports;`,
  );
}

export const shop: MigrationSet = {
  name: 'shop',
  roles: ['set_reports'],
  steps: [...steps()],
  stem: (place, title) => `${String(place).padStart(3, '0')}_${snake(title)}`,
  head: (place) => [`Description: change request ${4200 + place * 7}`],
  finish: (text) => text.replaceAll('\n', '\r\n'),
  faults: SHOP_FAULTS,
  moving: [],
};
