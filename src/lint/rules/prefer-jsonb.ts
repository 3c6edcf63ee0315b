import { typedColumnRule } from '../help/typed-column.ts';

export const rule = typedColumnRule({
  id: 'prefer-jsonb',
  summary: 'A json column has no equality, so that DISTINCT, GROUP BY and UNION over it fail',
  severity: 'warning',
  aliases: ['eugene:E3'],
  is: (type) => type === 'json',
  message: 'is a json: it has no equality operator, so that SELECT DISTINCT, GROUP BY and UNION over it fail (42883)',
  why: 'It is text that is parsed again at every use, and no GIN index helps it. Only who needs white space, the order of keys or doubled keys kept wants json.',
  instead: () => 'jsonb',
});
