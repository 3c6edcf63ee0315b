import { newFileName } from '../../migration/template.ts';

interface Numbered {
  readonly version: string;
  readonly number: bigint;
}

/** The name of the next file, with the version that it makes. */
export function nextFileName(existing: readonly Numbered[], wanted: string): Numbered & { readonly name: string } {
  const name = newFileName(existing, wanted);
  const version = name.replace(/\.sql$/, '');
  return { name, version, number: BigInt(/^\d+/.exec(version)![0]) };
}
