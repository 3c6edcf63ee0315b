/** Random schemas, as statements of DDL: the same seed gives the same schema. */

/** Numbers from 0 up to 1, by Mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Column {
  readonly name: string;
  readonly type: string;
}

interface Table {
  readonly name: string;
  readonly columns: Column[];
  /** Named in foreign keys. */
  key?: string;
  readonly partitioned: boolean;
}

/** Names that need quotes, and some that do not. */
const NAMES = ['users', 'Posts', 'order', 'a b', 'tags', 'é', 'item"s', 'select'];
const COLUMNS = ['id', 'name', 'Value', 'from', 'total', 'at', 'kind', 'owner id', 'note'];
const TYPES = [
  'integer',
  'bigint',
  'text',
  'varchar(40)',
  'numeric(10, 2)',
  'boolean',
  'timestamptz',
  'date',
  'jsonb',
  'integer[]',
];
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  integer: ['0', '42', 'length(current_user)'],
  bigint: ['7'],
  text: [`'x'`, `'it''s'`, 'current_user'],
  'varchar(40)': [`'y'`],
  boolean: ['true'],
  timestamptz: ['now()'],
  date: [`'2026-01-01'`],
  jsonb: [`'{}'`],
};

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

class Generator {
  readonly statements: string[] = [];
  private readonly tables: Table[] = [];
  private readonly enums: string[] = [];
  private readonly views: string[] = [];
  private readonly functions: string[] = [];
  private readonly random: () => number;
  private readonly major: number;
  private readonly role: string;

  constructor(seed: number, major: number, role: string) {
    this.random = randomFrom(seed);
    this.major = major;
    this.role = role;
  }

  build(): string[] {
    this.say('CREATE SCHEMA app');
    if (this.chance(0.3)) this.say('CREATE SCHEMA "Other one"');
    this.some(2, () => this.enumType());
    if (this.chance(0.6)) this.domain();
    if (this.chance(0.5)) this.say(`CREATE TYPE app.pair AS (x integer, y ${this.pick(['text', 'date', 'numeric'])})`);
    if (this.chance(0.4)) this.say(`CREATE SEQUENCE app.counter INCREMENT ${this.pick(['1', '5', '-1'])}`);
    this.some(2, (i) => this.plainFunction(i));
    const names = this.shuffled(NAMES).slice(0, 1 + Math.floor(this.random() * 4));
    for (const name of names) this.table(name);
    if (this.chance(0.5)) this.child();
    this.foreignKeys();
    for (const table of this.tables) this.belongings(table);
    this.some(3, (i) => this.view(i));
    if (this.chance(0.5)) this.rowFunction();
    if (this.chance(0.4))
      this.say(
        `ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ${this.pick(['SELECT', 'INSERT'])} ON TABLES TO ${this.role}`,
      );
    return this.statements;
  }

  private say(sql: string): void {
    this.statements.push(sql);
  }

  private chance(likelihood: number): boolean {
    return this.random() < likelihood;
  }

  private pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.random() * all.length)]!;
  }

  private some(max: number, body: (i: number) => void): void {
    const count = Math.floor(this.random() * (max + 1));
    for (let i = 0; i < count; i++) body(i);
  }

  private shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((one) => [this.random(), one] as const)
      .sort(([a], [b]) => a - b)
      .map(([, one]) => one);
  }

  private comment(what: string): void {
    if (this.chance(0.25))
      this.say(`COMMENT ON ${what} IS '${this.pick(['what it is', 'a; b', "it''s -- so", 'two\nlines'])}'`);
  }

  private enumType(): void {
    const name = `app.${this.pick(['mood', '"Color"', 'state'])}`;
    if (this.enums.includes(name)) return;
    const labels = this.shuffled(['low', 'mid', 'high', 'A b', 'none']).slice(0, 2 + Math.floor(this.random() * 3));
    this.say(`CREATE TYPE ${name} AS ENUM (${labels.map((label) => `'${label}'`).join(', ')})`);
    this.enums.push(name);
    this.comment(`TYPE ${name}`);
  }

  private domain(): void {
    const base = this.pick(['integer', 'bigint']);
    this.say(
      `CREATE DOMAIN app.positive AS ${base}${this.chance(0.3) ? ' DEFAULT 1' : ''}${this.chance(0.3) ? ' NOT NULL' : ''} CHECK (VALUE > ${this.pick(['0', '-5'])})`,
    );
    this.domains.push('app.positive');
  }

  private readonly domains: string[] = [];

  private plainFunction(i: number): void {
    const name = `app.${this.pick(['compute', '"Compute it"'])}_${i}`
      .replace('"_', '_')
      .replace(/"(.*)_(\d)$/, '"$1_$2"');
    const argument = this.pick(['a integer', 'a text', 'a integer DEFAULT 3', 'VARIADIC a integer[]']);
    const volatility = this.pick([
      'IMMUTABLE',
      'STABLE',
      'VOLATILE STRICT',
      'SECURITY DEFINER SET search_path = app, pg_temp',
    ]);
    this.say(
      `CREATE FUNCTION ${name}(${argument}) RETURNS integer LANGUAGE sql ${volatility} AS $f$SELECT ${this.pick(['1', '2 -- two\n'])}$f$`,
    );
    const types = argument.replace(/ DEFAULT .*/, '').replace(/^(VARIADIC )?a /, '');
    this.functions.push(name);
    this.comment(`FUNCTION ${name}(${types})`);
    if (this.chance(0.3)) this.say(`REVOKE EXECUTE ON FUNCTION ${name}(${types}) FROM PUBLIC`);
    if (this.chance(0.3)) this.say(`GRANT EXECUTE ON FUNCTION ${name}(${types}) TO ${this.role}`);
  }

  private type(): string {
    const own = [...this.enums, ...this.domains];
    return own.length > 0 && this.chance(0.3) ? this.pick(own) : this.pick(TYPES);
  }

  private column(name: string): { column: Column; sql: string } {
    const type = this.type();
    const values = DEFAULTS[type];
    const extras = [
      values && this.chance(0.4) ? `DEFAULT ${this.pick(values)}` : '',
      this.chance(0.3) ? 'NOT NULL' : '',
      type === 'text' && this.chance(0.2) ? 'COLLATE "C"' : '',
    ].filter((text) => text !== '');
    const collate = extras.filter((text) => text.startsWith('COLLATE'));
    const others = extras.filter((text) => !text.startsWith('COLLATE'));
    return { column: { name, type }, sql: [quote(name), type, ...collate, ...others].join(' ') };
  }

  private table(name: string): void {
    const partitioned = this.chance(0.25);
    const columns = this.shuffled(COLUMNS.slice(1))
      .slice(0, 1 + Math.floor(this.random() * 5))
      .map((one) => this.column(one));
    const id = this.pick([
      'id integer NOT NULL',
      'id bigint GENERATED ALWAYS AS IDENTITY',
      'id integer GENERATED BY DEFAULT AS IDENTITY (START WITH 10)',
      'id serial',
    ]);
    const idSql = partitioned ? 'id integer NOT NULL' : id;
    const all = [idSql, ...columns.map(({ sql }) => sql)];
    const numbers = columns.filter(({ column }) => ['integer', 'bigint'].includes(column.type));
    if (!partitioned && numbers.length > 0 && this.chance(0.3))
      all.push(
        `twice integer GENERATED ALWAYS AS (${quote(numbers[0]!.column.name)}::integer * ${this.pick(['2', '3'])}) STORED`,
      );
    if (numbers.length > 0 && this.chance(0.4))
      all.push(
        `CONSTRAINT ${quote(`${name}_check`)} CHECK (${quote(numbers[0]!.column.name)} > ${this.pick(['0', '-1'])})`,
      );
    const keyed = this.chance(0.7);
    if (keyed) all.push('PRIMARY KEY (id)');
    const options = !partitioned && this.chance(0.2) ? ` WITH (fillfactor = ${this.pick(['70', '90'])})` : '';
    const q = `app.${quote(name)}`;
    this.say(
      `CREATE ${!partitioned && this.chance(0.1) ? 'UNLOGGED ' : ''}TABLE ${q} (${all.join(', ')})${partitioned ? ' PARTITION BY RANGE (id)' : options}`,
    );
    const table: Table = { name, columns: columns.map(({ column }) => column), partitioned };
    if (keyed && !this.statements.at(-1)!.includes('UNLOGGED')) table.key = 'id';
    this.tables.push(table);
    if (partitioned) this.partitions(q, name);
    this.comment(`TABLE ${q}`);
    for (const { column } of columns) this.comment(`COLUMN ${q}.${quote(column.name)}`);
    if (this.chance(0.4))
      this.say(
        `GRANT ${this.pick(['SELECT', 'SELECT, INSERT', 'ALL'])} ON ${q} TO ${this.role}${this.chance(0.2) ? ' WITH GRANT OPTION' : ''}`,
      );
    if (columns.length > 0 && this.chance(0.2))
      this.say(`GRANT UPDATE (${quote(columns[0]!.column.name)}) ON ${q} TO ${this.role}`);
  }

  private partitions(q: string, name: string): void {
    this.some(3, (i) =>
      this.say(
        `CREATE TABLE app.${quote(`${name}_${i}`)} PARTITION OF ${q} FOR VALUES FROM (${i * 100}) TO (${i * 100 + 100})`,
      ),
    );
    if (this.chance(0.3)) this.say(`CREATE TABLE app.${quote(`${name}_rest`)} PARTITION OF ${q} DEFAULT`);
  }

  private child(): void {
    const parents = this.tables.filter(({ partitioned }) => !partitioned);
    if (parents.length === 0) return;
    const { name } = this.pick(parents);
    this.say(`CREATE TABLE app.child (own ${this.pick(['text', 'integer'])}) INHERITS (app.${quote(name)})`);
  }

  private foreignKeys(): void {
    const targets = this.tables.filter(({ key }) => key !== undefined);
    if (targets.length === 0) return;
    for (const from of this.tables) {
      if (!this.chance(0.5)) continue;
      const to = this.pick(targets);
      const q = `app.${quote(from.name)}`;
      this.say(`ALTER TABLE ${q} ADD ref_id bigint`);
      const how = this.pick([
        '',
        ' ON DELETE CASCADE',
        ' DEFERRABLE INITIALLY DEFERRED',
        from.partitioned ? '' : ' NOT VALID',
      ]);
      if (
        this.statements.some(
          (sql) =>
            sql.startsWith(`CREATE UNLOGGED TABLE ${q}`) ||
            sql.startsWith(`CREATE UNLOGGED TABLE app.${quote(to.name)}`),
        )
      )
        continue;
      this.say(
        `ALTER TABLE ${q} ADD CONSTRAINT ${quote(`${from.name}_ref`)} FOREIGN KEY (ref_id) REFERENCES app.${quote(to.name)} (id)${how}`,
      );
    }
  }

  private belongings(table: Table): void {
    const q = `app.${quote(table.name)}`;
    const sortable = table.columns.filter(({ type }) => !['jsonb', 'integer[]'].includes(type));
    this.some(2, (i) => sortable.length > 0 && this.index(table, q, sortable, i));
    if (this.chance(0.3)) this.trigger(q);
    if (this.chance(0.25)) this.policy(q);
    // Its columns stand in the order of the table's, which differs where one was added later.
    if (sortable.length > 0 && this.chance(0.2))
      this.say(`CREATE STATISTICS app.${quote(`${table.name}_stats`)} ON id, ${quote(sortable[0]!.name)} FROM ${q}`);
    if (!table.partitioned && this.chance(0.15)) this.say(`ALTER TABLE ${q} REPLICA IDENTITY FULL`);
    if (!table.partitioned && sortable.length > 0 && this.chance(0.3))
      this.say(
        `ALTER TABLE ${q} ADD CONSTRAINT ${quote(`${table.name}_u`)} UNIQUE (${quote(sortable[0]!.name)})${this.chance(0.3) ? ' DEFERRABLE' : ''}`,
      );
    if (table.columns.length > 0 && this.chance(0.2))
      this.say(
        `ALTER TABLE ONLY ${q} ALTER ${quote(table.columns[0]!.name)} SET STATISTICS ${this.pick(['50', '200'])}`,
      );
  }

  private index(table: Table, q: string, columns: readonly Column[], i: number): void {
    const { name, type } = this.pick(columns);
    const name_ = quote(`${table.name}_i${i}`);
    const expression = type === 'text' && this.chance(0.4) ? `lower(${quote(name)})` : quote(name);
    const where = this.chance(0.3) ? ` WHERE id > ${this.pick(['0', '9'])}` : '';
    const unique = !table.partitioned && this.chance(0.2) ? 'UNIQUE ' : '';
    this.say(`CREATE ${unique}INDEX ${name_} ON ${q} (${expression}${this.chance(0.3) ? ' DESC' : ''})${where}`);
    this.comment(`INDEX app.${name_}`);
  }

  private trigger(q: string): void {
    const name = 'app.touch';
    if (!this.functions.includes(name)) {
      this.say(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NEW; END $f$`);
      this.functions.push(name);
    }
    this.say(
      `CREATE TRIGGER touch ${this.pick(['BEFORE', 'AFTER'])} ${this.pick(['INSERT', 'UPDATE', 'INSERT OR UPDATE'])} ON ${q} FOR EACH ROW ${this.chance(0.3) ? 'WHEN (NEW.id > 0) ' : ''}EXECUTE FUNCTION ${name}()`,
    );
    if (this.chance(0.3))
      this.say(`ALTER TABLE ${q} ${this.pick(['DISABLE', 'ENABLE ALWAYS', 'ENABLE REPLICA'])} TRIGGER touch`);
  }

  private policy(q: string): void {
    this.say(`ALTER TABLE ${q} ENABLE ROW LEVEL SECURITY`);
    this.say(
      `CREATE POLICY mine ON ${q}${this.chance(0.3) ? ' AS RESTRICTIVE' : ''} FOR ${this.pick(['ALL', 'SELECT', 'UPDATE'])} TO ${this.pick(['PUBLIC', this.role])} USING (id > ${this.pick(['0', '1'])})`,
    );
  }

  private view(i: number): void {
    const name = `app.${this.pick(['v', '"View"', 'm'])}${i}`.replace(/"(\d)$/, '$1"');
    if (this.views.includes(name) || this.tables.length === 0) return;
    const source =
      this.views.length > 0 && this.chance(0.4) ? this.pick(this.views) : `app.${quote(this.pick(this.tables).name)}`;
    const materialized = this.chance(0.3);
    const columns =
      source.includes('"View') || this.views.includes(source)
        ? 'id'
        : `id, ${this.pick(['id + 1 AS next', '1 AS one', 'now() AS at_time'])}`;
    this.say(
      `CREATE ${materialized ? 'MATERIALIZED ' : ''}VIEW ${name} AS SELECT ${columns} FROM ${source} WHERE id ${this.pick(['> 0', '< 1000'])}`,
    );
    this.views.push(name);
    this.comment(`${materialized ? 'MATERIALIZED ' : ''}VIEW ${name}`);
    if (materialized && this.chance(0.4)) this.say(`CREATE INDEX ON ${name} (id)`);
    if (this.chance(0.3)) this.say(`GRANT SELECT ON ${name} TO ${this.role}`);
  }

  /** It needs a table by its arguments, and from 14 on all that its body names. */
  private rowFunction(): void {
    if (this.tables.length === 0) return;
    const q = `app.${quote(this.pick(this.tables).name)}`;
    this.say(`CREATE FUNCTION app.of_row(r ${q}) RETURNS integer LANGUAGE sql IMMUTABLE AS $f$SELECT 1$f$`);
    if (this.major >= 14 && this.chance(0.6))
      this.say(
        `CREATE FUNCTION app.parsed() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM ${q} WHERE id > ${this.pick(['1', '2'])}; END`,
      );
    // A child has no row of its parent's type.
    const parents = this.statements.some((sql) => sql.includes(`INHERITS (${q})`) || sql.includes(`PARTITION OF ${q}`));
    if (!parents && this.chance(0.5))
      this.say(`ALTER TABLE ${q} ADD CONSTRAINT by_function CHECK (app.of_row(${q.replace('app.', '')}.*) > 0)`);
  }
}

/** Statements that make a schema; `role` is one that there is. */
export function randomSchema(seed: number, major: number, role: string): string[] {
  return new Generator(seed, major, role).build();
}
