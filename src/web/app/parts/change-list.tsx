import type { ComponentChildren } from 'preact';
import type { ChangeAnswer } from '../../answers/change.ts';
import { Shown } from './basics.tsx';
import { Diff } from './diff.tsx';
import { folded } from './fold-changes.ts';
import { Sql } from './sql.tsx';
import { type Tone, Word } from './state.tsx';
import { count } from './words.ts';

const KINDS = ['added', 'removed', 'changed'] as const;
const TONES: Readonly<Record<(typeof KINDS)[number], Tone>> = { added: 'good', removed: 'bad', changed: 'warn' };

interface ListProps<Change extends ChangeAnswer> {
  readonly changes: readonly Change[];
  /** Behind the name of each. */
  readonly aside?: (change: Change) => ComponentChildren;
  /** What the two sides are called. */
  readonly sides?: Sides;
}

type Sides = readonly [before: string, after: string];

/** Differences of two schemas by what has happened to them; what came or went with its table is told with that. */
export function ChangeList<Change extends ChangeAnswer>(props: ListProps<Change>) {
  const { changes, aside, sides = ['By the migrations', 'In the database'] } = props;
  return (
    <>
      {KINDS.map((kind) => {
        const these = changes.filter((change) => change.kind === kind);
        if (these.length === 0) return null;
        const { heads, membersOf } = folded(these);
        return (
          <section class="panel changes" key={kind} aria-label={TITLES[kind]}>
            <header class="panel-head">
              <h2>{TITLES[kind]}</h2>
              <span class="quiet">{count(these.length, 'difference')}</span>
            </header>
            {heads.map((change) => (
              <OneChange
                key={`${change.type} ${change.name} ${Object.keys(change.detail).join()}`}
                change={change}
                members={membersOf(change)}
                aside={aside?.(change)}
                sides={sides}
              />
            ))}
          </section>
        );
      })}
    </>
  );
}

const TITLES = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const;

interface OneProps {
  readonly change: ChangeAnswer;
  readonly members: readonly ChangeAnswer[];
  readonly aside: ComponentChildren;
  readonly sides: Sides;
}

function OneChange({ change, members, aside, sides }: OneProps) {
  const { kind, type, name, parent, before, after } = change;
  return (
    <article class="change" aria-label={`${kind} ${type} ${name}`}>
      <p class="change-head">
        <Word tone={TONES[kind]} text={kind} /> {type}{' '}
        <strong>
          <Shown text={name} />
        </strong>
        {parent !== null && !name.includes(parent) && (
          <span class="quiet">
            {' '}
            of <Shown text={parent} />
          </span>
        )}
        {members.length > 0 && <span class="quiet"> with {count(members.length, 'part')}</span>}
        {aside}
      </p>
      {kind === 'changed' && <Detail detail={change.detail} sides={sides} />}
      {kind === 'changed' && before !== '' && after !== '' && before !== after && (
        <details>
          <summary>Both definitions</summary>
          <Diff before={before} after={after} label={`Definitions of ${name}`} />
        </details>
      )}
      {kind !== 'changed' && (kind === 'added' ? after : before) !== '' && (
        <Sql text={kind === 'added' ? after : before} label={`Definition of ${name}`} isBare />
      )}
    </article>
  );
}

/** The properties that differ, before and now. */
function Detail({ detail, sides }: { detail: ChangeAnswer['detail']; sides: Sides }) {
  return (
    <div class="scrolls" tabIndex={0}>
      <table class="table parts-table" aria-label="What differs">
        <thead>
          <tr>
            <th scope="col">Property</th>
            <th scope="col">{sides[0]}</th>
            <th scope="col">{sides[1]}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(detail).map(([name, { before, after }]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <Value value={before} />
              </td>
              <td>
                <Value value={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === null) return <span class="quiet">none</span>;
  const text = value === true ? 'yes' : typeof value === 'string' ? value : JSON.stringify(value);
  return (
    <code class="query">
      <Shown text={text} />
    </code>
  );
}
