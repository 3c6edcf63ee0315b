import type { Access } from './access.ts';

/** What a migration does to an object, and when. */
export interface Touch {
  readonly access: Access;
  /** Of its migration. */
  readonly order: number;
  readonly version: string;
}
