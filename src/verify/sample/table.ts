/** A type as sample values need it, with what it is made of. */
export interface SampleType {
  readonly kind: 'base' | 'enum' | 'domain' | 'range' | 'multirange' | 'composite' | 'array' | 'other';
  /** Its own name, without schema. */
  readonly name: string;
  /** As it is written in a cast, with its modifier. */
  readonly sql: string;
  /** The modifier as the catalog has it; -1 without one. */
  readonly modifier: number;
  /** Of an enum, in its order. */
  readonly labels: readonly string[];
  /** Types of a composite type's attributes; what an array, a domain, a range or a multirange is made of. */
  readonly parts: readonly SampleType[];
  /** Conditions of a domain, on VALUE. */
  readonly conditions: readonly string[];
  /** The domain allows no NULL. */
  readonly notNull: boolean;
}

export interface SampleColumn {
  readonly name: string;
  /** attnum: the same as long as the column is not dropped. */
  readonly number: number;
  readonly type: SampleType;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** Computed from others: nobody writes it. */
  readonly generated: boolean;
  /** GENERATED ALWAYS AS IDENTITY. */
  readonly always: boolean;
  /** Its values are counted by a sequence. */
  readonly counted: boolean;
}

/** What its rows must fulfil: a CHECK, or the bounds of a partition. */
export interface SampleCondition {
  readonly sql: string;
  /** Names of the columns in it. */
  readonly columns: readonly string[];
}

export interface SampleForeignKey {
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly string[];
  readonly parentColumns: readonly string[];
  /** One of its columns allows no NULL. */
  readonly required: boolean;
  /** What is done to the child's rows when the parent's go: a letter as in pg_constraint.confdeltype. */
  readonly onDelete: string;
}

export interface SampleTable {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly SampleColumn[];
  readonly conditions: readonly SampleCondition[];
  /** ON CONFLICT DO NOTHING can be used. */
  readonly conflicts: boolean;
}
