import { useEffect } from 'preact/hooks';
import type { ObjectAnswer, TouchesAnswer } from '../../answers/schema.ts';
import { targetPath } from '../data/api.ts';
import { pathOf, place } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { objectPath } from '../parts/schema-tabs.tsx';
import { Sql } from '../parts/sql.tsx';
import { StateWord } from '../parts/state.tsx';
import { Age } from '../parts/time.tsx';
import { count, formatBytes } from '../parts/words.ts';

interface ObjectProps {
  readonly target: string;
  readonly type: string;
  readonly name: string;
}

export function ObjectScreen({ target, type, name }: ObjectProps) {
  const part = `schema/objects/${encodeURIComponent(type)}/${encodeURIComponent(name)}`;
  const { now, refresh } = useResource<ObjectAnswer>(targetPath(target, part));
  const { value, fault } = now.value;
  const find = (place.value.query.get('find') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  useEffect(() => {
    if (value) document.querySelector('.is-found')?.scrollIntoView({ block: 'center' });
  }, [value !== undefined]);
  return (
    <div class="screen">
      <p class="crumbs">
        <Link to={pathOf(target, 'schema')}>Schema</Link> /{' '}
        <Link to={pathOf(target, 'schema', '', { type })}>{type}</Link>
      </p>
      <header class="head">
        <h1>
          <Shown text={name} />
        </h1>
        {value?.comment && (
          <p class="quiet">
            <Shown text={value.comment} />
          </p>
        )}
      </header>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what={name} />}
      {value && <Detail target={target} one={value} find={find} part={part} />}
    </div>
  );
}

interface DetailProps {
  readonly target: string;
  readonly one: ObjectAnswer;
  /** Words that were searched for. */
  readonly find: readonly string[];
  readonly part: string;
}

function Detail({ target, one, find, part }: DetailProps) {
  const isFound = (name: string) => find.length > 0 && find.every((word) => name.toLowerCase().includes(word));
  return (
    <div class="grid">
      <Facts target={target} one={one} />
      <Links target={target} one={one} />
      <Columns columns={one.columns} isFound={isFound} />
      {KINDS.map(([type, title]) => (
        <Members
          key={type}
          title={title}
          members={one.members.filter((member) => member.type === type)}
          isFound={isFound}
        />
      ))}
      <Touches target={target} part={part} />
      <Panel title="Definition" class="wide">
        {one.sql === '' ? (
          <p class="quiet">No statement makes it: it comes with something else.</p>
        ) : (
          <Sql text={one.sql} label="SQL that makes it" />
        )}
      </Panel>
    </div>
  );
}

const KINDS = [
  ['constraint', 'Constraints'],
  ['domain constraint', 'Constraints'],
  ['index', 'Indexes'],
  ['trigger', 'Triggers'],
  ['policy', 'Policies'],
  ['rule', 'Rules'],
] as const;

function Facts({ target, one }: { target: string; one: ObjectAnswer }) {
  const { type, name, owner, rows, bytes, indexBytes, properties, grants, readAt } = one;
  return (
    <Panel
      title="Facts"
      aside={type === 'table' && <Link to={pathOf(target, 'schema', 'picture', { select: name })}>Picture</Link>}
    >
      <dl class="facts">
        <Fact name="Kind" text={type} />
        {owner !== null && <Fact name="Owner" text={owner} />}
        {rows !== null && <Fact name="Rows" text={`about ${rows.toLocaleString('en')}`} />}
        {bytes !== null && (
          <Fact
            name="Size"
            text={`${formatBytes(bytes)}${indexBytes ? `, ${formatBytes(indexBytes)} of it in indexes` : ''}`}
          />
        )}
        {properties.map((property) => (
          <Fact key={property.name} name={property.name} text={property.value} />
        ))}
        {grants.length > 0 && <Fact name="Grants" text={grants.join(', ')} />}
      </dl>
      <p class="quiet">
        Read <Age iso={readAt} />; it has not changed since.
      </p>
    </Panel>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Shown text={text} />
      </dd>
    </div>
  );
}

function Links({ target, one: { needs, dependents } }: { target: string; one: ObjectAnswer }) {
  return (
    <Panel title="Dependencies">
      <h3>What depends on it</h3>
      <LinkList target={target} links={dependents} none="Nothing does." />
      <h3>What it needs</h3>
      <LinkList target={target} links={needs} none="It needs nothing." />
    </Panel>
  );
}

function LinkList({ target, links, none }: { target: string; links: ObjectAnswer['needs']; none: string }) {
  if (links.length === 0) return <p class="quiet">{none}</p>;
  return (
    <ul class="neighbours">
      {links.map(({ type, name, by }) => (
        <li key={`${type} ${name}`}>
          {type}{' '}
          <Link to={objectPath(target, type, name)}>
            <Shown text={name} />
          </Link>
          {by.length > 0 && (
            <span class="quiet">
              {' '}
              by <Shown text={by.join(', ')} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

interface PartsProps {
  readonly isFound: (name: string) => boolean;
}

function Columns({ columns, isFound }: PartsProps & { columns: ObjectAnswer['columns'] }) {
  if (columns.length === 0) return null;
  return (
    <Panel title="Columns" class="wide" aside={<span class="quiet">{count(columns.length, 'column')}</span>}>
      <div class="scrolls" tabIndex={0}>
        <table class="table parts-table" aria-label="Columns">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Null</th>
              <th scope="col">Value</th>
              <th scope="col">Comment</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ name, type, notNull, value, comment, properties }) => (
              <tr key={name} class={isFound(name) ? 'is-found' : ''}>
                <th scope="row">
                  <Shown text={name} />
                </th>
                <td>
                  <code>
                    <Shown text={type} />
                  </code>
                </td>
                <td>{notNull ? 'NOT NULL' : <span class="quiet">null</span>}</td>
                <td>
                  <code>
                    <Shown text={value ?? ''} />
                  </code>
                </td>
                <td>
                  <Shown text={comment ?? ''} />
                  <Properties properties={properties} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Members({ title, members, isFound }: PartsProps & { title: string; members: ObjectAnswer['members'] }) {
  if (members.length === 0) return null;
  const hasSizes = members.some(({ bytes }) => bytes !== null);
  return (
    <Panel title={title} class="wide">
      <div class="scrolls" tabIndex={0}>
        <table class="table parts-table" aria-label={title}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Definition</th>
              {hasSizes && <th scope="col">Size</th>}
            </tr>
          </thead>
          <tbody>
            {members.map(({ name, definition, comment, bytes, properties }) => (
              <tr key={name} class={isFound(name) ? 'is-found' : ''}>
                <th scope="row">
                  <Shown text={name} />
                </th>
                <td>
                  <code class="query">
                    <Shown text={definition} />
                  </code>
                  {comment !== null && (
                    <div class="quiet">
                      <Shown text={comment} />
                    </div>
                  )}
                  <Properties properties={properties} />
                </td>
                {hasSizes && <td class="c-size">{bytes === null ? '' : formatBytes(bytes)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Properties({ properties }: { properties: ObjectAnswer['properties'] }) {
  if (properties.length === 0) return null;
  return (
    <div class="quiet">
      <Shown text={properties.map(({ name, value }) => (value === 'yes' ? name : `${name}: ${value}`)).join('; ')} />
    </div>
  );
}

/** Reads the SQL of all migrations, so it comes by itself behind the rest. */
function Touches({ target, part }: { target: string; part: string }) {
  const { now, refresh } = useResource<TouchesAnswer>(targetPath(target, `${part}/migrations`));
  const { value, fault } = now.value;
  return (
    <Panel title="Migrations" class="wide">
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the migrations" />}
      {value && <TouchList target={target} touches={value.touches} />}
      {value && value.unknown.length > 0 && (
        <p class="quiet">
          {count(value.unknown.length, 'version')} may do more than can be read:{' '}
          <Shown text={value.unknown.slice(0, UNKNOWN_SHOWN).join(', ')} />
          {value.unknown.length > UNKNOWN_SHOWN && ' …'}
        </p>
      )}
    </Panel>
  );
}

const UNKNOWN_SHOWN = 5;
const WHAT_SHOWN = 6;

function TouchList({ target, touches }: { target: string; touches: TouchesAnswer['touches'] }) {
  if (touches.length === 0) return <p class="quiet">No migration is known to make or change it.</p>;
  return (
    <ul class="neighbours">
      {touches.map(({ version, state, what }) => (
        <li key={version}>
          <StateWord state={state} />{' '}
          <Link to={`${pathOf(target, 'migrations', version)}#L${what[0]?.line ?? 1}`}>
            <Shown text={version} />
          </Link>{' '}
          <span class="quiet">
            <Shown
              text={what
                .slice(0, WHAT_SHOWN)
                .map(({ manner, text, line }) => `${manner} ${text} (line ${line})`)
                .join(', ')}
            />
            {what.length > WHAT_SHOWN && ` and ${what.length - WHAT_SHOWN} more`}
          </span>
        </li>
      ))}
    </ul>
  );
}
