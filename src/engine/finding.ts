/** One thing that doctor looked at. `advice` says what to do where it is not well. */
export interface Finding {
  readonly name: string;
  readonly level: 'ok' | 'note' | 'wrong';
  readonly found: string;
  readonly advice?: string;
}
