import type { Fault } from './step.ts';

export const SHOP_FAULTS: readonly Fault[] = [
  {
    kind: 'forgotten index',
    title: 'label shipped of sales.order_state',
    find: "\n-- CREATE INDEX orders_open ON sales.orders (id) WHERE (state = 'draft'::sales.order_state);",
    put: '',
    finds: 'rollback: removed index sales.orders_open',
  },
  {
    kind: 'lost grant',
    title: 'turnover by week',
    find: 'turnover_month ON sales.turnover (month, currency);\n-- GRANT SELECT ON sales.turnover TO set_reports;',
    put: 'turnover_month ON sales.turnover (month, currency);',
    finds: 'rollback: changed materialized view sales.turnover: privileges',
  },
  {
    kind: 'lost comment',
    title: 'brands have a table',
    find: "-- COMMENT ON COLUMN catalog.products.brand IS 'As it is printed on it';\n",
    put: '',
    finds: 'rollback: changed column catalog.products.brand: comment',
  },
  {
    kind: 'another default',
    title: 'default of catalog.prices vat',
    find: 'SET DEFAULT 19',
    put: 'SET DEFAULT 16',
    finds: 'rollback: changed column catalog.prices.vat: default',
  },
  {
    kind: 'state of a trigger',
    title: 'movements are moved before they are checked',
    find: '\n-- ALTER TABLE stock.movements DISABLE TRIGGER move;',
    put: '',
    finds: 'rollback: changed trigger move on stock.movements: enabled',
  },
  {
    kind: 'left enum label',
    title: 'label void of billing.invoice_state',
    find: "AS ENUM ('open', 'settled')",
    put: "AS ENUM ('open', 'settled', 'void')",
    finds: 'rollback: changed enum billing.invoice_state: labels',
  },
  {
    kind: 'storage of a column',
    title: 'attributes are large',
    find: ', ALTER COLUMN category_id RESET (n_distinct)',
    put: '',
    finds: 'rollback: changed column catalog.products.category_id: options',
  },
  {
    kind: 'state of a check',
    title: 'constraint payments_some for all rows',
    find: 'CHECK (amount > 0) NOT VALID',
    put: 'CHECK (amount > 0)',
    finds: 'rollback: changed constraint payments_some on billing.payments: not valid',
  },
  {
    kind: 'second run adds rows',
    title: 'chart of accounts',
    find: 'ON CONFLICT (code) DO NOTHING',
    put: "ON CONFLICT (code) DO UPDATE SET name = accounts.name || ' (old)'",
    finds: 'rerun: rows of billing.accounts',
  },
  {
    kind: 'vacuous verify',
    title: 'ranges of numbers',
    find: 'SELECT count(*) = 2 FROM billing.number_ranges;',
    put: 'SELECT count(*) >= 0 FROM billing.number_ranges;',
    finds: 'verify: vacuous',
  },
];
