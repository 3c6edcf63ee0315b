import { typedColumnRule } from '../help/typed-column.ts';

export const rule = typedColumnRule({
  id: 'prefer-timestamp-tz',
  summary: "A timestamp without time zone keeps a clock's reading, not a moment",
  severity: 'warning',
  aliases: ['squawk:prefer-timestamp-tz', 'squawk:prefer-timestamptz'],
  is: (type) => type === 'timestamp',
  message:
    'keeps what a clock showed and not in which time zone, so that sessions in two zones store two moments as one',
  why: "A timestamptz takes 8 bytes too, and stores the moment in UTC whatever the session's TimeZone is. Changing it later can write the whole table anew.",
  instead: ({ type: { typmods } }) => precise(typmods),
});

function precise(typmods: readonly unknown[] | undefined): string {
  const [first] = (typmods ?? []) as { A_Const?: { ival?: { ival?: number } } }[];
  return first ? `timestamptz(${first.A_Const?.ival?.ival ?? 0})` : 'timestamptz';
}
