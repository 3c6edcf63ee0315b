import type { Change, Difference, OrderNote, PropertyChange } from '../catalog/compare.ts';
import { OBJECT_KINDS, type ObjectType, parentTypes } from '../catalog/object-types.ts';
import { isSet, type NotChecked, type Value } from '../catalog/snapshot.ts';
import { lineDiff } from './line-diff.ts';
import type { Style } from './style.ts';
import { visible, visibleLine } from './visible.ts';
import { wrap } from './width.ts';

interface Look {
  readonly width: number;
  readonly style: Style;
}

/** The names of the two schemas. */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

/** The whole difference as lines for people: grouped by kind, what belongs to a table under its table. */
export async function differenceLines(difference: Difference, sides: Sides, look: Look): Promise<string[]> {
  const { style } = look;
  const lines = difference.equal
    ? []
    : [style.bad(`--- ${visibleLine(sides.before)}`), style.good(`+++ ${visibleLine(sides.after)}`)];
  let title: string | undefined;
  let table: string | undefined;
  for (const change of told(difference.changes)) {
    const heading = headingOf(change, difference.changes, title);
    if (heading !== undefined && heading !== title) lines.push('', style.strong(heading));
    title = heading ?? title;
    const parent = parentName(change);
    if (parent !== undefined && parent !== table) lines.push(`  ${visibleLine(parent)}`);
    table = parent ?? ownerName(change);
    lines.push(...(await changeLines(change, parent === undefined ? 2 : 4, look)));
  }
  return [...lines, ...noteLines(difference.notes, look), ...gapLines(difference.notChecked, look)];
}

/** `Different: 2 added, 1 removed, 3 changed.` `accepted`: differences that do not count, by a decision on record. */
export function differenceSummary({ changes, notChecked }: Difference, accepted = 0): string {
  const listed = told(changes);
  const parts = (['added', 'removed', 'changed'] as const)
    .map((kind) => [listed.filter((change) => change.kind === kind).length, kind] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, kind]) => `${amount} ${kind}`);
  const gaps = notChecked.length > 0 ? `; ${notChecked.length} not checked` : '';
  const rest = `${gaps}${accepted > 0 ? `; ${accepted} accepted on record` : ''}`;
  return changes.length === 0
    ? `Equal${gaps ? ', as far as it was read' : ''}${rest}.`
    : `Different: ${parts.join(', ')}${rest}.`;
}

/** The columns of a view are in its definition: with the view they come and go. */
function told(changes: readonly Change[]): Change[] {
  const views = new Set(changes.filter(isWholeView).map(({ identity }) => JSON.stringify(identity)));
  return changes.filter(({ type, identity, kind, detail }) => {
    const plain = Object.keys(detail).every((name) => name === 'type');
    return !(type === 'column' && kind !== 'changed' && plain && views.has(JSON.stringify(identity.slice(0, -1))));
  });
}

function isWholeView({ type, kind }: Change): boolean {
  return kind !== 'changed' && (type === 'view' || type === 'materialized view');
}

/** What belongs to a table goes on under the heading of tables; undefined: under the one before. */
function headingOf(change: Change, changes: readonly Change[], current: string | undefined): string | undefined {
  const parents = parentTypes(change.type);
  if (!parents) return OBJECT_KINDS[change.type].title;
  const parent = parentKey(change);
  const own = changes.find((one) => parents.includes(one.type) && JSON.stringify(one.identity) === parent);
  if (own) return OBJECT_KINDS[own.type].title;
  const known = current !== undefined && parents.some((type) => OBJECT_KINDS[type].title === current);
  return known ? undefined : OBJECT_KINDS[parents[0]!].title;
}

function parentKey({ identity }: Change): string {
  return JSON.stringify(identity.slice(0, -1));
}

function parentName(change: Change): string | undefined {
  return parentTypes(change.type) ? change.parent : undefined;
}

function ownerName(change: Change): string | undefined {
  return parentTypes(change.type) ? change.parent : change.name;
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

async function changeLines(change: Change, indent: number, look: Look): Promise<string[]> {
  const { style, width } = look;
  const color = { added: style.good, removed: style.bad, changed: style.warn }[change.kind];
  const label = parentTypes(change.type) ? change.identity.at(-1)! : change.name;
  const head = `${SIGNS[change.kind]} ${change.type} ${style.strong(visibleLine(label))}`;
  const start = ' '.repeat(indent);
  const brief = change.kind === 'changed' ? '' : briefOf(change);
  const first = `${start}${color(head.slice(0, 1))}${head.slice(1)}${brief && ` ${visibleLine(brief)}`}`;
  const rest: string[] = [];
  for (const [name, both] of Object.entries(change.detail)) {
    if (change.kind === 'changed' || !saidBefore(change.type, name))
      rest.push(...(await propertyLines(name, both, { indent: indent + 4, whole: change.kind !== 'changed' }, look)));
  }
  return [wrap(first, width, '    '), ...rest];
}

/** Of a column that came or went, what is written behind its name in CREATE TABLE. */
function briefOf({ type, detail }: Change): string {
  if (type !== 'column' && type !== 'attribute') return '';
  const of = (name: string) => detail[name]?.after ?? detail[name]?.before;
  const more = of('default') === undefined ? '' : ` default ${String(of('default'))}`;
  return `${String(of('type') ?? '')}${of('not null') ? ' not null' : ''}${more}`;
}

function saidBefore(type: ObjectType, name: string): boolean {
  return (type === 'column' || type === 'attribute') && ['type', 'not null', 'default'].includes(name);
}

interface Place {
  readonly indent: number;
  /** The whole object came or went: one value is told. */
  readonly whole: boolean;
}

async function propertyLines(
  name: string,
  { before, after }: PropertyChange,
  { indent, whole }: Place,
  look: Look,
): Promise<string[]> {
  if (whole) return blockLines(name, shown(after ?? before), indent, look);
  if (Array.isArray(before ?? after) && Array.isArray(after ?? before) && isSet(name))
    return setLines(name, listOf(before), listOf(after), indent, look);
  const [old, fresh] = valueTexts(before, after);
  if (old.includes('\n') && fresh.includes('\n')) return diffLines(name, old, fresh, indent, look);
  return sideBySide(name, old, fresh, indent, look);
}

function blockLines(name: string, value: string, indent: number, { style, width }: Look): string[] {
  const start = ' '.repeat(indent);
  const lines = visible(value).split('\n');
  if (lines.length === 1) return [wrap(`${start}${style.faint(`${name}:`)} ${lines[0]}`, width, '    ')];
  return [`${start}${style.faint(`${name}:`)}`, ...lines.map((line) => `${start}    ${line}`)];
}

function sideBySide(name: string, before: string, after: string, indent: number, look: Look): string[] {
  const { style, width } = look;
  const start = ' '.repeat(indent);
  const one = `${start}${style.faint(`${name}:`)} ${style.bad(visible(before))} → ${style.good(visible(after))}`;
  const short = indent + name.length + before.length + after.length + 5 <= width && !/\n/.test(before + after);
  if (short) return [one];
  const side = (sign: string, text: string, color: (text: string) => string) =>
    visible(text)
      .split('\n')
      .map((line) => wrap(`${start}  ${color(`${sign} ${line}`)}`, width, '    '));
  return [`${start}${style.faint(`${name}:`)}`, ...side('-', before, style.bad), ...side('+', after, style.good)];
}

async function diffLines(name: string, before: string, after: string, indent: number, look: Look): Promise<string[]> {
  const { style } = look;
  const start = ' '.repeat(indent);
  const lines = (await lineDiff(before, after, LINES_MAX)).split('\n').map((line) => {
    const color = line.startsWith('+') ? style.good : line.startsWith('-') ? style.bad : style.faint;
    return `${start}  ${color(visible(line))}`;
  });
  return [`${start}${style.faint(`${name}:`)}`, ...lines];
}

/** Of one changed body; all of it is in `--json`. */
const LINES_MAX = 60;

function setLines(
  name: string,
  before: readonly Value[],
  after: readonly Value[],
  indent: number,
  { style, width }: Look,
): string[] {
  const start = ' '.repeat(indent);
  const without = (list: readonly Value[], other: readonly Value[]) => {
    const known = new Set(other.map((value) => JSON.stringify(value)));
    return list.filter((value) => !known.has(JSON.stringify(value)));
  };
  const side = (sign: string, color: (text: string) => string) => (value: Value) =>
    wrap(`${start}  ${color(`${sign} ${visibleLine(shown(value))}`)}`, width, '    ');
  return [
    `${start}${style.faint(`${name}:`)}`,
    ...without(before, after).map(side('-', style.bad)),
    ...without(after, before).map(side('+', style.good)),
  ];
}

function listOf(value: Value | null): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function valueTexts(before: Value | null, after: Value | null): [string, string] {
  if (before === true || after === true)
    return [before === null ? 'no' : shown(before), after === null ? 'no' : shown(after)];
  return [before === null ? '(none)' : shown(before), after === null ? '(none)' : shown(after)];
}

function shown(value: Value | null): string {
  if (value === true) return 'yes';
  if (!Array.isArray(value)) return value === '' ? "''" : String(value ?? '(none)');
  return value.map((one: Value) => (Array.isArray(one) ? `(${shown(one)})` : shown(one))).join(', ');
}

function noteLines(notes: readonly OrderNote[], { style, width }: Look): string[] {
  if (notes.length === 0) return [];
  const list = notes.flatMap(({ type, name, before, after }) => [
    `  ${type} ${visibleLine(name)}: its columns stand in another order`,
    wrap(style.faint(`    ${visibleLine(before.join(', '))}`), width, '  '),
    wrap(style.faint(`    ${visibleLine(after.join(', '))}`), width, '  '),
  ]);
  return ['', style.strong('Notes'), ...list];
}

function gapLines(gaps: readonly NotChecked[], { style, width }: Look): string[] {
  if (gaps.length === 0) return [];
  const list = gaps.map(({ type, property, reason }) =>
    wrap(`  ${property === undefined ? type : `${property} of ${type}`}: ${visibleLine(reason)}`, width, '    '),
  );
  return ['', style.warn('Not checked'), ...list];
}
