import { useEffect, useMemo } from 'preact/hooks';
import type { KeysAnswer } from '../../answers/schema.ts';
import { targetPath } from '../data/api.ts';
import { place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { busiest, neighbourhood, TABLES_DRAWN_MAX } from '../parts/neighbourhood.ts';
import { objectPath, SchemaTabs } from '../parts/schema-tabs.tsx';
import { TablePicture } from '../parts/table-picture.tsx';
import { count, rowsText } from '../parts/words.ts';
import { useZoom } from '../parts/zoom.ts';

export function PictureScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<KeysAnswer>(targetPath(target, 'schema/keys'));
  const { value, fault } = now.value;
  return (
    <div class="screen">
      <h1>Schema</h1>
      <SchemaTabs target={target} current="picture" />
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the tables" />}
      {value && value.tables.length === 0 && <p class="quiet">There is no table.</p>}
      {value && value.tables.length > 0 && <Drawn target={target} keys={value} />}
    </div>
  );
}

function Drawn({ target, keys }: { target: string; keys: KeysAnswer }) {
  const { query } = place.value;
  const wanted = query.get('select') ?? '';
  const selected = keys.tables.some(({ name }) => name === wanted) ? wanted : '';
  const near = query.get('near') ?? '';
  const part = useMemo(() => partOf(keys, selected, near), [keys, selected, near]);
  const zoom = useZoom();
  useEffect(() => zoom.fit(), [part.key]);
  useEffect(() => zoom.centre(), [selected, zoom.place.value, part.key]);
  return (
    <>
      <Toolbar keys={keys} part={part} selected={selected} step={zoom.step} />
      <div class="graph-layout">
        <div
          class="graph-frame"
          ref={zoom.frame}
          tabIndex={0}
          role="region"
          aria-label="Picture of the tables"
          onWheel={(event) => zoom.byWheel(event)}
          onKeyDown={(event) => zoom.byKey(event)}
        >
          <TablePicture
            tables={part.tables}
            references={part.references}
            zoom={zoom.factor}
            selected={selected || part.around}
            select={(table) => setQuery({ select: table })}
          />
        </div>
        <Side target={target} keys={keys} selected={selected} />
      </div>
    </>
  );
}

interface ToolbarProps {
  readonly keys: KeysAnswer;
  readonly part: Part;
  readonly selected: string;
  readonly step: (by: number) => void;
}

function Toolbar({ keys, part, selected, step }: ToolbarProps) {
  return (
    <div class="filters">
      <select
        aria-label="Table"
        value={selected}
        onChange={({ currentTarget }) => setQuery({ select: currentTarget.value })}
      >
        <option value="">no table selected</option>
        {keys.tables.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <Nearness keys={keys} near={part.near} />
      <button type="button" aria-label="Smaller" onClick={() => step(-1)}>
        −
      </button>
      <button type="button" aria-label="Larger" onClick={() => step(1)}>
        +
      </button>
      <span class="legend quiet">
        <i class="legend-key primary" /> in the primary key <i class="legend-key foreign" /> in a foreign key
      </span>
      <span class="quiet found" role="status">
        {part.tables.length === keys.tables.length
          ? count(keys.tables.length, 'table')
          : `${part.tables.length} of ${count(keys.tables.length, 'table')}, around ${part.around}`}
        {part.left > 0 && `; ${part.left} more are as near`}
      </span>
    </div>
  );
}

interface Part {
  /** The same for the same picture. */
  readonly key: string;
  readonly near: string;
  readonly around: string;
  readonly tables: KeysAnswer['tables'];
  readonly references: KeysAnswer['references'];
  readonly left: number;
}

/** All of it as long as people find something in it; else the tables around the one that is selected. */
function partOf({ tables, references, state }: KeysAnswer, selected: string, wanted: string): Part {
  const isWhole = wanted === '' && tables.length <= TABLES_DRAWN_MAX;
  if (isWhole) return { key: state, near: '', around: '', tables, references, left: 0 };
  const names = tables.map(({ name }) => name);
  const around = selected || busiest(references, names) || names[0]!;
  const near = wanted === '2' ? '2' : '1';
  const found = neighbourhood(references, around, Number(near));
  return {
    key: `${state} ${around} ${near}`,
    near,
    around,
    tables: tables.filter(({ name }) => found.tables.has(name)),
    references: references.filter(({ from, to }) => found.tables.has(from) && found.tables.has(to)),
    left: found.left,
  };
}

function Nearness({ keys, near }: { keys: KeysAnswer; near: string }) {
  return (
    <select
      aria-label="How much is drawn"
      value={near}
      onChange={({ currentTarget }) => setQuery({ near: currentTarget.value })}
    >
      {keys.tables.length <= TABLES_DRAWN_MAX && <option value="">every table</option>}
      <option value="1">its neighbours</option>
      <option value="2">and theirs</option>
    </select>
  );
}

function Side({ target, keys, selected }: { target: string; keys: KeysAnswer; selected: string }) {
  const table = keys.tables.find(({ name }) => name === selected);
  if (!table)
    return (
      <Panel title="Foreign keys" class="graph-side">
        <p class="quiet">
          {count(keys.tables.length, 'table')}, {count(keys.references.length, 'foreign key')}. Select a table to see
          what refers to it.
        </p>
      </Panel>
    );
  const out = keys.references.filter(({ from }) => from === selected);
  const back = keys.references.filter(({ to }) => to === selected);
  return (
    <Panel title="Foreign keys" class="graph-side">
      <p>
        <Link to={objectPath(target, 'table', selected)}>
          <Shown text={selected} />
        </Link>{' '}
        <span class="quiet">{rowsText(table.rows)}</span>
      </p>
      <References title="Referred to by" references={back} end="from" />
      <References title="Refers to" references={out} end="to" />
    </Panel>
  );
}

interface ReferencesProps {
  readonly title: string;
  readonly references: KeysAnswer['references'];
  readonly end: 'from' | 'to';
}

function References({ title, references, end }: ReferencesProps) {
  return (
    <>
      <h3>{title}</h3>
      {references.length === 0 && <p class="quiet">none</p>}
      <ul class="neighbours">
        {references.map((reference) => (
          <li key={`${reference.from} ${reference.constraint}`}>
            <button type="button" class="linklike" onClick={() => setQuery({ select: reference[end] })}>
              <Shown text={reference[end]} />
            </button>{' '}
            <span class="quiet">
              <Shown text={`${reference.columns.join(', ')} → ${reference.referred.join(', ')}`} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
