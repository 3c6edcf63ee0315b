import { useRef } from 'preact/hooks';
import type { SchemaAnswer } from '../../answers/schema.ts';
import { targetPath } from '../data/api.ts';
import { place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Shown } from '../parts/basics.tsx';
import { objectPath, SchemaTabs } from '../parts/schema-tabs.tsx';
import { Windowed } from '../parts/window.tsx';
import { count, formatBytes } from '../parts/words.ts';

type Listed = SchemaAnswer['objects'][number];

export function SchemaListScreen({ target }: { target: string }) {
  const { query } = place.value;
  const filter = { text: query.get('q') ?? '', schema: query.get('schema') ?? '', type: query.get('type') ?? '' };
  const { now, refresh } = useResource<SchemaAnswer>(targetPath(target, 'schema', filter));
  const { value, fault } = now.value;
  // While somebody types, the list before stays until the next is there.
  const last = useRef<SchemaAnswer | undefined>(undefined);
  last.current = value ?? last.current;
  const shown = fault ? undefined : last.current;
  return (
    <div class="screen">
      <h1>Schema</h1>
      <SchemaTabs target={target} current="" />
      <Filters filter={filter} list={shown} />
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!shown && !fault && <Loading what="the schema" />}
      {shown && <Objects target={target} list={shown} text={filter.text} />}
    </div>
  );
}

interface FiltersProps {
  readonly filter: { readonly text: string; readonly schema: string; readonly type: string };
  readonly list: SchemaAnswer | undefined;
}

function Filters({ filter, list }: FiltersProps) {
  const schemas = list?.schemas.map(({ name }) => name) ?? [];
  const types = list?.types ?? [];
  const all = types.reduce((sum, { objects }) => sum + objects, 0);
  return (
    <div class="filters">
      <input
        type="search"
        aria-label="Search in names, comments, columns and whatever belongs to an object"
        placeholder="Search (press /)"
        value={filter.text}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      {(schemas.length > 1 || filter.schema !== '') && (
        <select
          aria-label="Schema"
          value={filter.schema}
          onChange={({ currentTarget }) => setQuery({ schema: currentTarget.value })}
        >
          <option value="">every schema</option>
          {withOwn(schemas, filter.schema).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <div class="chips" role="group" aria-label="Kinds">
        {types.map(({ type, objects }) => (
          <button
            type="button"
            key={type}
            class="chip"
            aria-pressed={filter.type === type}
            onClick={() => setQuery({ type: filter.type === type ? '' : type })}
          >
            {type} {objects}
          </button>
        ))}
      </div>
      <span class="quiet found" role="status">
        {list && (filter.type === '' ? count(all, 'object') : `${list.objects.length} of ${count(all, 'object')}`)}
      </span>
    </div>
  );
}

function withOwn(names: readonly string[], own: string): readonly string[] {
  return own === '' || names.includes(own) ? names : [...names, own];
}

function Objects({ target, list, text }: { target: string; list: SchemaAnswer; text: string }) {
  const { objects, notChecked } = list;
  return (
    <>
      {notChecked.map(({ type, property, reason }) => (
        <p class="complaint" key={`${type} ${property} ${reason}`}>
          This role may not read {property === undefined ? type : `${property} of ${type}`}: <Shown text={reason} />
        </p>
      ))}
      <Windowed
        rows={objects}
        class="objects"
        label="Objects"
        head={<Head />}
        row={(one, index) => (
          <Row key={`${one.type} ${one.name}`} target={target} one={one} index={index} text={text} />
        )}
      />
      {objects.length === 0 && <p class="quiet">No object is like that.</p>}
    </>
  );
}

function Head() {
  return (
    <tr>
      <th scope="col" class="c-name">
        Name
      </th>
      <th scope="col" class="c-kind">
        Kind
      </th>
      <th scope="col" class="c-rows">
        Rows
      </th>
      <th scope="col" class="c-size">
        Size
      </th>
      <th scope="col" class="c-comment">
        Comment
      </th>
    </tr>
  );
}

const MATCHES_SHOWN = 3;

function Row({ target, one, index, text }: { target: string; one: Listed; index: number; text: string }) {
  const { type, name, rows, bytes, comment, matches } = one;
  const query = matches.length > 0 ? { find: text } : {};
  const shown = matches.slice(0, MATCHES_SHOWN).map((match) => `${match.type} ${match.name}`);
  const more = matches.length > MATCHES_SHOWN ? [`${matches.length - MATCHES_SHOWN} more`] : [];
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row" class="c-name">
        <Link to={objectPath(target, type, name, query)} title={name}>
          <Shown text={name} />
        </Link>
      </th>
      <td class="c-kind">{type}</td>
      <td class="c-rows">{rows === null ? '' : `~ ${rows.toLocaleString('en')}`}</td>
      <td class="c-size">{bytes === null ? '' : formatBytes(bytes)}</td>
      <td class="c-comment" title={comment ?? ''}>
        {matches.length > 0 ? (
          <span class="said">
            <Shown text={[...shown, ...more].join(', ')} />
          </span>
        ) : (
          <Shown text={comment ?? ''} />
        )}
      </td>
    </tr>
  );
}
