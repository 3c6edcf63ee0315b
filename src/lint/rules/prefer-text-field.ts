import { typedColumnRule } from '../help/typed-column.ts';

export const rule = typedColumnRule({
  id: 'prefer-text-field',
  summary: 'A varchar(n) can be made shorter only by writing the table anew; a CHECK on a text can be exchanged',
  severity: 'off',
  aliases: ['squawk:prefer-text-field'],
  is: (type, { type: { typmods } }) => type === 'varchar' && (typmods ?? []).length > 0,
  message: 'keeps its limit in its type, which only ALTER COLUMN TYPE changes',
  why: 'A text is stored alike and as fast. A CHECK (char_length(...) <= n) can be added NOT VALID, validated and exchanged while the table is in use.',
  instead: () => 'text',
});
