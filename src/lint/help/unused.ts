import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Severity } from '../finding.ts';
import type { Subject } from '../rule.ts';

/** A drop of what a server has seen nobody use is no more than a note; empty where nobody has looked or somebody does. */
export function noteIfUnused({ known }: Subject, relation: QualifiedName, column?: string): { severity?: Severity } {
  return known.usage(known.resolve(relation), column)?.length === 0 ? { severity: 'note' } : {};
}
