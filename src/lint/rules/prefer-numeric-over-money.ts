import { typedColumnRule } from '../help/typed-column.ts';

export const rule = typedColumnRule({
  id: 'prefer-numeric-over-money',
  summary: "A money column reads and prints by the session's lc_monetary",
  severity: 'warning',
  is: (type) => type === 'money',
  message: 'is a money: its digits behind the point, and what 1,50 means, come from lc_monetary of the session',
  why: 'It keeps no currency, and a dump loaded where lc_monetary differs stores other amounts. numeric(12, 2) says what it is.',
  instead: () => 'numeric(12, 2)',
});
