import { getDescription } from 'valibot';
import { configSchema, DEFAULTS, environmentSchema } from './schema.ts';
import { VARIABLES } from './variables.ts';

const PATH = 'docs/configuration.md';

const INTRO = `\`taskflow-db.config.json\` is looked for in the folder where the command runs, then in the folders above it; \`--config FILE\` or TASKFLOW_CONFIG names another. It is plain JSON. Every key may be left out, an unknown key is an error, and all mistakes are reported at once. Add \`"$schema": "./schema/taskflow-db.config.schema.json"\` and an editor helps with it.

A flag wins over a variable, a variable over the environment chosen with \`--env\` (or TASKFLOW_ENV), and that over the rest of the file. A variable that is empty counts as unset. Times are written as in PostgreSQL: \`250ms\`, \`10s\`, \`5min\`, \`1h\`; a number alone means milliseconds, and 0 no limit where nothing else is said.`;

/** The one setting that no variable can give. */
const LINT_RULES = [
  '`lint.rules`',
  '',
  '`{}`',
  getDescription(configSchema.entries.lint.wrapped.entries.rules.wrapped)!,
];

const ENVIRONMENTS = `\`environments\` holds databases by name. Each may say where its database is, and may set any of the settings above for itself, except \`embedded\`. What belongs to the connection and is not said follows the rules of libpq: its variables, its service file, \`.pgpass\`.`;

const EXAMPLE = {
  $schema: './schema/taskflow-db.config.schema.json',
  directories: ['database/migrations'],
  lockTimeout: '250ms',
  lint: { failOn: 'warning', rules: { 'prefer-text-field': 'note' } },
  environments: {
    staging: { host: 'db.staging.example.com', database: 'taskflow_db', user: 'migrator', sslmode: 'verify-full' },
    production: {
      url: 'postgresql://migrator@db.example.com/taskflow_db',
      passwordFile: '/run/secrets/db',
      production: true,
    },
  },
};

/** The generated reference of the configuration: path → text. Run by scripts/build.mjs --docs. */
export function generate(): Record<string, string> {
  const settings = settingRows();
  const target = Object.entries(environmentSchema.entries).filter(([key]) => !(key in configSchema.entries));
  const parts = [
    '<!-- Generated from src/config/schema.ts by: node scripts/build.mjs --docs -->',
    '# Configuration',
    INTRO,
    `\`\`\`json\n${JSON.stringify(EXAMPLE, undefined, 2)}\n\`\`\``,
    '## Settings',
    table(['Key', 'Variable', 'Default', 'Means'], [...settings, LINT_RULES]),
    '## Environments',
    ENVIRONMENTS,
    table(
      ['Key', 'Means'],
      target.map(([key, schema]) => [`\`${key}\``, getDescription(schema.wrapped) ?? '']),
    ),
  ];
  return { [PATH]: `${parts.join('\n\n')}\n` };
}

function settingRows(): string[][] {
  const defaults: Readonly<Record<string, unknown>> = DEFAULTS;
  return VARIABLES.map(({ name, path: [key, inner], schema }) => {
    const outer = defaults[key];
    const value = inner === undefined ? outer : (outer as Readonly<Record<string, unknown>>)[inner];
    const { wrapped } = schema as unknown as { wrapped: Parameters<typeof getDescription>[0] };
    const shown = value === undefined ? '' : `\`${JSON.stringify(value)}\``;
    return [`\`${inner === undefined ? key : `${key}.${inner}`}\``, name, shown, getDescription(wrapped) ?? ''];
  });
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
