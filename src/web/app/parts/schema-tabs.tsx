import { pathOf } from '../data/place.ts';
import { Link } from './basics.tsx';

const PARTS = [
  ['', 'Objects'],
  ['picture', 'Picture'],
  ['drift', 'Drift'],
] as const;

/** The three ways to look at a schema. */
export function SchemaTabs({ target, current }: { target: string; current: (typeof PARTS)[number][0] }) {
  return (
    <nav class="sub-tabs" aria-label="Schema">
      {PARTS.map(([item, title]) => (
        <Link key={item} to={pathOf(target, 'schema', item)} current={item === current}>
          {title}
        </Link>
      ))}
    </nav>
  );
}

/** The page of one object: `schema/table/public.orders`. */
export function objectPath(target: string, type: string, name: string, query: Readonly<Record<string, string>> = {}) {
  const [path, search = ''] = pathOf(target, 'schema', type, query).split('?');
  return `${path}/${encodeURIComponent(name)}${search === '' ? '' : `?${search}`}`;
}
