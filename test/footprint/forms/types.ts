import { F, type Form, LESS } from './form.ts';

export const TYPES: readonly Form[] = [
  {
    what: 'a subtype difference',
    files: [
      "CREATE FUNCTION diff(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT $1 - $2';",
      'CREATE TYPE r AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = diff);',
    ],
    edges: ['2 uses function diff < 1'],
  },
  {
    what: 'the collation of a range',
    files: ["CREATE COLLATION c (LOCALE = 'C');", 'CREATE TYPE r AS RANGE (SUBTYPE = text, COLLATION = c);'],
    edges: ['2 uses collation c < 1'],
  },
  {
    what: 'the collation of a domain',
    files: ["CREATE COLLATION c (LOCALE = 'C');", 'CREATE DOMAIN d AS text COLLATE c;'],
    edges: ['2 uses collation c < 1'],
  },
  {
    what: 'the function of a domain',
    files: [F, 'CREATE DOMAIN d AS int DEFAULT f(1) CHECK (f(VALUE) > 0);'],
    edges: ['2 uses function f < 1'],
  },
  {
    what: 'a comment on the constraint of a domain',
    files: [
      'CREATE DOMAIN d AS int;',
      'ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0);',
      "COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x';",
    ],
    edges: ['2 uses type d < 1', '3 uses constraint c of d < 2'],
  },
  {
    what: 'operators of one name',
    files: [
      "CREATE FUNCTION less(int, int) RETURNS bool LANGUAGE sql AS 'SELECT true';\nCREATE FUNCTION less(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true';",
      'CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = less);',
      'CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = less);',
      'DROP OPERATOR <<< (int, int);',
      "COMMENT ON OPERATOR <<< (text, text) IS 'x';",
    ],
    edges: [
      '2 uses function less < 1',
      '2 uses function less < 1',
      '3 uses function less < 1',
      '3 uses function less < 1',
      '4 drops operator "<<<" < 2',
      '(4 uses function less < 1)',
      '(4 uses function less < 1)',
      '5 uses operator "<<<" < 3',
    ],
  },
  {
    what: 'an operator with a name of PostgreSQL',
    files: [
      "CREATE TYPE pair AS (a int, b int);\nCREATE FUNCTION plus(pair, pair) RETURNS pair LANGUAGE sql AS 'SELECT $1';",
      'CREATE OPERATOR + (LEFTARG = pair, RIGHTARG = pair, FUNCTION = plus);',
      'CREATE VIEW v AS SELECT 1 + 1 AS x;',
    ],
    edges: ['2 uses composite type pair < 1', '2 uses function plus < 1', '(3 uses operator "+" < 2)'],
  },
  {
    what: 'the functions and operators of an operator class',
    files: [
      LESS,
      'CREATE OPERATOR <<< (LEFTARG = int, RIGHTARG = int, FUNCTION = less);',
      "CREATE FUNCTION icmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';",
      'CREATE OPERATOR FAMILY fam USING btree;',
      'CREATE OPERATOR CLASS iops FOR TYPE int USING btree FAMILY fam AS OPERATOR 1 <<<, FUNCTION 1 icmp(int, int);',
      'DROP OPERATOR CLASS iops USING btree;',
      'DROP OPERATOR FAMILY fam USING btree;',
    ],
    edges: [
      '2 uses function less < 1',
      '5 uses operator "<<<" < 2',
      '5 uses function icmp < 3',
      '5 uses operator family fam < 4',
      '6 drops operator class iops < 5',
      '(6 uses operator "<<<" < 2)',
      '(6 uses function icmp < 3)',
      '(6 uses operator family fam < 4)',
      '7 drops operator family fam < 4',
      '(7 drops operator family fam < 5)',
      '(7 drops operator family fam < 6)',
    ],
  },
];
