import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEntries } from '../../src/backup/choose-entries.ts';
import { readDumpContents } from '../../src/backup/dump-contents.ts';
import type { WantedTable } from '../../src/backup/wanted-table.ts';

const LIST = `;
; Archive created at 2026-11-23
216; 1259 100 TABLE public users ada
;\tdepends on: 4
217; 1259 101 TABLE public users of ada ada
218; 1259 102 TABLE public orders ada
219; 1259 103 SEQUENCE public orders_id_seq ada
;\tdepends on: 218
220; 0 0 SEQUENCE OWNED BY public orders_id_seq ada
;\tdepends on: 219
221; 1259 104 VIEW public totals ada
;\tdepends on: 218
300; 0 100 TABLE DATA public users ada
;\tdepends on: 216
301; 0 102 TABLE DATA public orders ada
;\tdepends on: 218
302; 0 0 SEQUENCE SET public orders_id_seq ada
;\tdepends on: 219
310; 2606 105 CONSTRAINT public orders orders_pkey ada
;\tdepends on: 218
311; 1259 106 INDEX public orders_n ada
;\tdepends on: 218
312; 2606 107 FK CONSTRAINT public orders orders_user_fkey ada
;\tdepends on: 218 216
`;

const table = (name: string, isThere: boolean) => ({ schema: 'public', name, isThere });
const ALL = [
  { schema: 'public', name: 'users' },
  { schema: 'public', name: 'orders' },
  { schema: 'public', name: 'users of ada' },
];
const NOTHING = new Set<string>();
const ids = (lines: readonly string[]) => lines.map((line) => Number.parseInt(line, 10));

test('of a table that is there only the rows are taken', () => {
  const chosen = chooseEntries(
    readDumpContents(LIST),
    [table('orders', true), table('users', true)],
    new Set(['TABLE public orders', 'TABLE public users']),
    ALL,
  );
  assert.deepEqual(ids(chosen.lines), [301, 300]);
});

test('of a missing table all that belongs to it is taken, and no view', () => {
  const chosen = chooseEntries(readDumpContents(LIST), [table('orders', false)], new Set(['TABLE public users']), ALL);
  assert.deepEqual(ids(chosen.lines), [218, 219, 220, 301, 310, 311, 312]);
});

test('a key to a table that is nowhere is left out; one to a table that is made too is not', () => {
  const entries = readDumpContents(LIST);
  const alone = chooseEntries(entries, [table('orders', false)], NOTHING, ALL);
  assert.deepEqual(alone.leftOut, ['the foreign key orders_user_fkey of public.orders: public.users is not there']);
  assert.deepEqual(ids(alone.lines), [218, 219, 220, 301, 310, 311]);
  const both = chooseEntries(entries, [table('users', false), table('orders', false)], NOTHING, ALL);
  assert.deepEqual(ids(both.lines), [216, 218, 219, 220, 300, 301, 310, 311, 312]);
});

test('a name that is the beginning of another is not taken for it', () => {
  const chosen = chooseEntries(
    readDumpContents(LIST),
    [table('users of ada', false), table('none', false)],
    NOTHING,
    ALL,
  );
  assert.deepEqual(ids(chosen.lines), [217]);
  assert.deepEqual(
    chosen.unknown.map(({ name }) => name),
    ['none'],
  );
});

test('a key of a table that nobody asked for is neither made nor missed', () => {
  const chosen = chooseEntries(readDumpContents(LIST), [table('users', false)], NOTHING, ALL);
  assert.deepEqual(chosen.leftOut, []);
  assert.deepEqual(ids(chosen.lines), [216, 300]);
  const back = chooseEntries(readDumpContents(LIST), [table('users', false)], new Set(['TABLE public orders']), ALL);
  assert.deepEqual(ids(back.lines), [216, 300, 312], 'it was lost with the table that it refers to');
});

const BILLING = `6; 2615 16437 SCHEMA - billing ada
872; 1247 16439 TYPE billing kind of ada ada
;\tdepends on: 6
873; 1247 16440 DOMAIN billing unused ada
;\tdepends on: 6
9; 3079 10 EXTENSION - hstore 
230; 1255 16467 FUNCTION billing touch(integer) ada
;\tdepends on: 6
3460; 0 0 ACL - SCHEMA billing ada
;\tdepends on: 6
222; 1259 16444 TABLE billing customers ada
;\tdepends on: 6 9
223; 1259 16445 SEQUENCE billing loose ada
;\tdepends on: 6
224; 1259 16452 TABLE billing invoices ada
;\tdepends on: 872 6 872 223
225; 1259 16469 TABLE public parts ada
226; 1259 16472 TABLE public parts_2026 ada
;\tdepends on: 225
3252; 0 0 TABLE ATTACH public parts_2026 ada
;\tdepends on: 226 225
3400; 0 1 TABLE DATA billing invoices ada
;\tdepends on: 224
3401; 0 2 TABLE DATA public parts_2026 ada
;\tdepends on: 226
3402; 0 0 SEQUENCE SET billing loose ada
;\tdepends on: 223
3500; 1259 2 INDEX public parts_at ada
;\tdepends on: 225
3501; 1259 2 INDEX public parts_2026_at ada
;\tdepends on: 226 3500
3502; 0 0 INDEX ATTACH public parts_2026_at ada
;\tdepends on: 3500 3501
3503; 2620 2 TRIGGER billing invoices touch ada
;\tdepends on: 224 230
`;
const BILLED = [
  { schema: 'billing', name: 'customers' },
  { schema: 'billing', name: 'invoices' },
  { schema: 'public', name: 'parts' },
  { schema: 'public', name: 'parts_2026' },
];
const billed = (present: readonly string[], ...some: WantedTable[]) =>
  chooseEntries(readDumpContents(BILLING), some, new Set(present), BILLED);
const invoices = { schema: 'billing', name: 'invoices', isThere: false };

test('what a table stands on is made with it where it is not there', () => {
  const alone = billed([], invoices);
  assert.deepEqual(ids(alone.lines), [6, 872, 230, 3460, 223, 224, 3400, 3402, 3503]);
  assert.deepEqual(alone.beside, [
    'schema billing',
    'type billing.kind of ada',
    'function billing.touch(integer)',
    'sequence billing.loose',
  ]);
  const rest = billed(['SCHEMA - billing', 'TYPE billing kind of ada', 'SEQUENCE billing loose'], invoices);
  assert.deepEqual(ids(rest.lines), [230, 224, 3400, 3503]);
});

test('an extension that is not there is missed, not made', () => {
  const customers = { schema: 'billing', name: 'customers', isThere: false };
  assert.deepEqual(billed([], customers).missing, ['extension hstore']);
  assert.deepEqual(billed(['EXTENSION - hstore'], customers).missing, []);
});

test('a partition is attached last to a table that is there, and to none that is not', () => {
  const alone = billed([], table('parts_2026', false));
  assert.deepEqual(ids(alone.lines), [226, 3401, 3501]);
  assert.deepEqual(alone.leftOut, ['public.parts_2026 is no partition then: public.parts is not there']);
  assert.deepEqual(alone.missing, []);
  const there = billed(['TABLE public parts'], table('parts_2026', false));
  assert.deepEqual(ids(there.lines), [226, 3401, 3501, 3252]);
  const both = billed([], table('parts', false), table('parts_2026', false));
  assert.deepEqual(ids(both.lines), [225, 226, 3252, 3401, 3500, 3501, 3502]);
});
