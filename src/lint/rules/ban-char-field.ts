import { typedColumnRule } from '../help/typed-column.ts';

export const rule = typedColumnRule({
  id: 'ban-char-field',
  summary: 'A char(n) fills every value with blanks up to its length',
  severity: 'warning',
  aliases: ['squawk:ban-char-field'],
  is: (type, { type: { typmods } }) => type === 'bpchar' && (typmods ?? []).length > 0,
  message: 'is a char(n): values are stored filled with blanks, which comparisons then ignore and LIKE does not',
  why: 'It is neither shorter nor faster than text (manual, "Character Types"), and it does not refuse a value that is too short.',
  instead: () => 'text',
});
