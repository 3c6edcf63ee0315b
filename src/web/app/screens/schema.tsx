import { DriftScreen } from './schema-drift.tsx';
import { SchemaListScreen } from './schema-list.tsx';
import { ObjectScreen } from './schema-object.tsx';
import { PictureScreen } from './schema-picture.tsx';

/** `item`: what the address says behind `schema/`. */
export function SchemaScreen({ target, item }: { target: string; item: string }) {
  if (item === '') return <SchemaListScreen target={target} />;
  if (item === 'picture') return <PictureScreen target={target} />;
  if (item === 'drift') return <DriftScreen target={target} />;
  const at = item.indexOf('/');
  const [type, name] = at < 0 ? ['table', item] : [item.slice(0, at), item.slice(at + 1)];
  return <ObjectScreen key={item} target={target} type={type} name={name} />;
}
