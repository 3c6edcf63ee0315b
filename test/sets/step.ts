/** What a set of migrations is made of: steps with their ways back, the manner of its files, and what may be planted in it. */
import type { Files } from '../support/cli.ts';

/** One migration. */
export interface Step {
  readonly title: string;
  readonly up: string;
  /** The way back; absent where there is none, and `irreversible` says why. */
  readonly down?: string;
  readonly irreversible?: string;
  readonly verify?: string;
  /** Extensions without which it is skipped. */
  readonly requires?: readonly string[];
  /** Titles of steps before it. */
  readonly depends?: readonly string[];
}

export const KINDS = [
  'forgotten index',
  'another default',
  'lost grant',
  'lost comment',
  'state of a trigger',
  'left enum label',
  'lost policy',
  'storage of a column',
  'state of a check',
  'refused second run',
  'second run adds rows',
  'vacuous verify',
  'stale complete: column',
  'stale complete: comment',
  'stale complete: row',
] as const;
export type FaultKind = (typeof KINDS)[number];

/** A change of one file that makes it wrong, and what verify says of it. */
export interface Fault {
  readonly kind: FaultKind;
  /** The title of the step; absent where init-complete.sql is changed. */
  readonly title?: string;
  readonly find: string;
  readonly put: string;
  /** `rollback: added index app.i`: the check, then what differs, or a part of what is said. */
  readonly finds: string;
}

export interface MigrationSet {
  readonly name: string;
  /** Roles that the SQL speaks of. */
  readonly roles: readonly string[];
  /** A second run that is refused is a failure. */
  readonly strict?: boolean;
  readonly steps: readonly Step[];
  /** The file's stem; `place` counts from 1. */
  stem(place: number, title: string): string;
  /** Comment lines above the SQL, behind the description. */
  head(place: number): readonly string[];
  /** Of the whole file, behind everything else. */
  finish?(text: string): string;
  readonly faults: readonly Fault[];
  /** Titles of the steps whose way back puts a column behind the others, as it cannot otherwise: a note. */
  readonly moving: readonly string[];
}

/** `create_the_users` */
export const snake = (title: string) => title.replaceAll(/[^a-z0-9]+/gi, '_');

/** The version of the step with that title. */
export function versionOf(set: MigrationSet, title: string): string {
  const at = set.steps.findIndex((step) => step.title === title);
  if (at < 0) throw new Error(`${set.name} has no step "${title}"`);
  return set.stem(at + 1, title);
}

/** The files of the folder `m`, with the faults planted. */
export function filesOf(set: MigrationSet, faults: readonly Fault[] = []): Files {
  const titles = new Set(set.steps.map(({ title }) => title));
  if (titles.size < set.steps.length) throw new Error(`${set.name}: two steps with one title`);
  return Object.fromEntries(
    set.steps.map((step, i) => {
      const planted = faults.filter(({ title }) => title === step.title);
      const text = planted.reduce(plant, textOf(set, step, i + 1));
      return [`m/${set.stem(i + 1, step.title)}.sql`, set.finish?.(text) ?? text];
    }),
  );
}

/** Fails where there is nothing to change, or more than one place. */
function plant(text: string, { kind, find, put }: Fault): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${kind}: "${find}" is there ${parts.length - 1} times:\n${text}`);
  return parts.join(put);
}

function textOf(set: MigrationSet, step: Step, place: number): string {
  const { title, up, down, irreversible, verify, requires = [], depends = [] } = step;
  const head = [
    title[0]!.toUpperCase() + title.slice(1),
    ...set.head(place),
    ...requires.map((extension) => `Requires: extension ${extension}`),
    ...(depends.length > 0 ? [`Depends: ${depends.map((other) => versionOf(set, other)).join(', ')}`] : []),
  ];
  const sections = [
    ...(verify === undefined ? [] : [`-- VERIFY:\n${commented(verify)}`]),
    irreversible === undefined ? `-- ROLLBACK:\n${commented(down ?? '')}` : `-- IRREVERSIBLE: ${irreversible}`,
  ];
  return `${[commented(head.join('\n')), up.trim(), ...sections].join('\n\n')}\n`;
}

const commented = (text: string) => text.trim().replaceAll(/^/gm, '-- ').replaceAll(/ +$/gm, '');
