import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSettings, type SettingsSource } from '../../src/config/settings.ts';
import { Problem } from '../../src/problem/problem.ts';

function folderWith(config?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  if (config !== undefined) writeFileSync(join(folder, 'taskflow-db.config.json'), config);
  return folder;
}

function load(config: string | undefined, more: Partial<SettingsSource> = {}) {
  return loadSettings({ cwd: folderWith(config), env: {}, flags: {}, ...more });
}

function complaintsOf(run: () => unknown): Problem[] {
  try {
    run();
  } catch (error) {
    assert(error instanceof Problem, String(error));
    return [...(error.fields.also ?? [error])];
  }
  return assert.fail('nothing was complained about');
}

test('without a configuration file the defaults hold', () => {
  const cwd = folderWith();
  const settings = loadSettings({ cwd, env: {}, flags: {} });
  assert.deepEqual(settings, {
    configFile: undefined,
    root: cwd,
    directories: [join(cwd, 'database/migrations')],
    embedded: false,
    environment: undefined,
    production: false,
    role: undefined,
    scratch: undefined,
    searchPath: undefined,
    trackingSchema: 'public',
    statementTimeoutMs: 0,
    lockTimeoutMs: 250,
    rowLockTimeoutMs: 10_000,
    lockBudgetMs: 600_000,
    dryRunHoldMs: 10_000,
    waitMs: 300_000,
    strict: false,
    approval: { policy: 'none', demanded: false, by: 'person', hours: 24 },
    cancelBlockers: [],
    storeSql: true,
    legacyTimeZone: undefined,
    verify: { rerun: 'note', upgradeFrom: [] },
    renumber: { since: undefined, mentions: [] },
    data: {
      targetMs: 200,
      dutyFactor: 0,
      window: [],
      timeZone: undefined,
      limits: {
        replicaLagMs: 5000,
        replicaLagBytes: 256 * 1024 ** 2,
        ignoredReplicas: [],
        slotBytes: 10 * 1024 ** 3,
        vacuum: 'slow',
        walBytesPerSecond: 0,
        archiveFiles: 42,
        activeSessions: undefined,
        snapshotMs: 3_600_000,
        snapshotTransactions: 10_000_000,
        probeFactor: 3,
        deadShare: 0,
      },
    },
    backup: {
      policy: 'auto',
      to: 'schema',
      folder: join(cwd, '.taskflow/backups'),
      format: 'custom',
      compression: undefined,
      jobs: 1,
      options: [],
      programs: undefined,
      reserveBytes: 1024 ** 3,
      maxBytes: 0,
      keyFile: undefined,
      keyCommand: undefined,
      keep: { last: undefined, days: undefined, bytes: undefined },
    },
    lint: {
      rules: {},
      failOn: 'error',
      serverVersion: undefined,
      statistics: undefined,
      largeTableRows: 1_000_000,
      largeTableBytes: 1024 ** 3,
      smallTableRows: 10_000,
      smallTableBytes: 10 * 1024 ** 2,
    },
  });
  assert(Object.isFrozen(settings));
});

test('the file is found from a folder below it, and its folders are relative to it', () => {
  const root = folderWith('{ "directories": ["sql", "../shared"], "embedded": true }');
  const below = join(root, 'a/b');
  mkdirSync(below, { recursive: true });
  const settings = loadSettings({ cwd: below, env: {}, flags: {} });
  assert.equal(settings.root, root);
  assert.equal(settings.configFile, join(root, 'taskflow-db.config.json'));
  assert.deepEqual(settings.directories, [join(root, 'sql'), join(root, '../shared')]);
  assert.equal(settings.embedded, true);
});

test('flags win over variables, variables over the environment, the environment over the rest of the file', () => {
  const config = JSON.stringify({
    lockTimeout: '1s',
    wait: '1min',
    storeSql: false,
    environments: { staging: { host: 'db', lockTimeout: '2s', wait: '2min' } },
  });
  const staging = { env: 'staging' };
  assert.equal(load(config).lockTimeoutMs, 1_000);
  assert.equal(load(config, { flags: staging }).lockTimeoutMs, 2_000);
  assert.equal(load(config, { flags: staging }).storeSql, false);
  const env = { TASKFLOW_LOCK_TIMEOUT: '3s', TASKFLOW_STORE_SQL: 'on' };
  assert.equal(load(config, { flags: staging, env }).lockTimeoutMs, 3_000);
  assert.equal(load(config, { flags: staging, env }).storeSql, true);
  assert.equal(load(config, { flags: { ...staging, lockTimeout: '4s' }, env }).lockTimeoutMs, 4_000);
  assert.equal(load(config, { flags: staging, env }).waitMs, 120_000);
});

test('folders given by a flag or a variable are relative to where one stands', () => {
  const root = folderWith('{ "directories": ["sql"] }');
  const cwd = join(root, 'deep');
  mkdirSync(cwd);
  const byFlag = loadSettings({ cwd, env: {}, flags: { directories: ['here', '/there'] } });
  assert.deepEqual(byFlag.directories, [join(cwd, 'here'), '/there']);
  const byVariable = loadSettings({ cwd, env: { TASKFLOW_DIRECTORIES: 'a:b' }, flags: {} });
  assert.deepEqual(byVariable.directories, [join(cwd, 'a'), join(cwd, 'b')]);
});

test('an environment supplies its target, with absolute files', () => {
  const cwd = folderWith(
    JSON.stringify({
      environments: {
        live: { host: 'db', port: 6432, passwordFile: 'secret.txt', sslrootcert: 'system', production: true },
      },
    }),
  );
  const settings = loadSettings({ cwd, env: { TASKFLOW_ENV: 'live' }, flags: {} });
  assert.deepEqual(settings.environment, {
    name: 'live',
    host: 'db',
    port: '6432',
    passwordFile: join(cwd, 'secret.txt'),
    sslrootcert: 'system',
  });
  assert.equal(settings.production, true);
});

test('an unknown environment is named with the nearest one', () => {
  const [problem] = complaintsOf(() => load('{"environments": {"staging": {}}}', { flags: { env: 'stagin' } }));
  assert.equal(problem!.exitStatus, 2);
  assert.match(problem!.message, /no environment "stagin"/);
  assert.deepEqual(problem!.fields.next, ['Did you mean --env staging?']);
});

test('all mistakes are reported at once, in the order of the file, each with its place', () => {
  const config = `{
  "lockTimout": "1s",
  "embedded": "yes",
  "wait": "5 minutes",
  "environments": {
    "live": { "hots": "db", "port": 70000 },
    "no good": {}
  },
  "verify": { "rerun": "maybe", "x": 1 }
}`;
  const problems = complaintsOf(() => load(config));
  const seen = problems.map(({ message, fields: { where } }) => `${where?.line}:${where?.column} ${message}`);
  assert.deepEqual(seen, [
    '2:3 The configuration has no key "lockTimout".',
    '3:15 "embedded" is not right.',
    '4:11 "wait" is not right.',
    '6:15 The configuration has no key "environments.live.hots".',
    '6:37 "environments.live.port" is not right.',
    '7:5 "environments.no good" is not right.',
    '9:24 "verify.rerun" is not right.',
    '9:33 The configuration has no key "verify.x".',
  ]);
  assert.deepEqual(problems[0]!.fields.next, ['Did you mean "lockTimeout"?']);
  assert.deepEqual(problems[3]!.fields.next, ['Did you mean "host"?']);
  assert.equal(problems[0]!.fields.where?.lineText, '  "lockTimout": "1s",');
  assert.equal(problems[2]!.fields.found, '"5 minutes"');
  assert.match(problems[2]!.fields.expected ?? '', /"5min"/);
});

test('a column counts characters, not UTF-16 units', () => {
  const [problem] = complaintsOf(() => load('{ "role": "\u{1F600}", "wat": 1 }'));
  assert.equal(problem!.fields.where?.column, 16);
});

test('what is not JSON is located; a repeated key is not silently taken', () => {
  const [syntax] = complaintsOf(() => load('{\n  "embedded": true,,\n}'));
  assert.match(syntax!.message, /not valid JSON/);
  assert.equal(syntax!.fields.where?.line, 2);
  const [comment] = complaintsOf(() => load('{ // note\n}'));
  assert.match(comment!.message, /comment/);
  const [twice] = complaintsOf(() => load('{ "wait": "1s",\n "wait": "2s" }'));
  assert.match(twice!.message, /"wait" is there twice/);
  assert.equal(twice!.fields.where?.line, 2);
  assert.match(complaintsOf(() => load(''))[0]!.message, /empty/);
});

test('a list is not an object', () => {
  for (const config of ['[]', '{"verify": []}', '{"environments": []}', '{"environments": {"a": []}}']) {
    const [problem] = complaintsOf(() => load(config));
    assert.equal(problem!.fields.expected, 'an object', config);
    assert.equal(problem!.fields.where?.column, config.indexOf('[') + 1);
  }
});

test('a BOM is accepted', () => {
  assert.equal(load('\uFEFF{ "embedded": true }').embedded, true);
});

test('a key named like a member of Object is an unknown key', () => {
  for (const key of ['__proto__', 'constructor', 'toString']) {
    const [problem] = complaintsOf(() => load(`{ "${key}": {} }`));
    assert.match(problem!.message, /no key/);
  }
});

test('variables that are not right are all reported; an empty one counts as unset', () => {
  const env = {
    TASKFLOW_WAIT: 'long',
    TASKFLOW_EMBEDDED: 'perhaps',
    TASKFLOW_ROLE: '',
    TASKFLOW_VERIFY_RERUN: 'strict',
  };
  const problems = complaintsOf(() => load(undefined, { env }));
  assert.deepEqual(problems.map(({ message }) => message.replace(/^.* variable (\w+) .*$/, '$1')).sort(), [
    'TASKFLOW_EMBEDDED',
    'TASKFLOW_WAIT',
  ]);
  const settings = load(undefined, { env: { TASKFLOW_ROLE: '', TASKFLOW_VERIFY_RERUN: 'strict' } });
  assert.equal(settings.role, undefined);
  assert.equal(settings.verify.rerun, 'strict');
});

test('a named file that is not there is an error, with its name', () => {
  const [byFlag] = complaintsOf(() => load(undefined, { flags: { config: 'none.json' } }));
  assert.match(byFlag!.message, /no such file/);
  assert.equal(byFlag!.fields.where?.file, 'none.json');
  complaintsOf(() => load(undefined, { env: { TASKFLOW_CONFIG: 'none.json' } }));
});

test('what may be ended, and strictness: from the file, from variables, from flags', () => {
  const config = '{ "cancelBlockers": ["idle"], "strict": true }';
  const settings = load(config);
  assert.deepEqual([settings.cancelBlockers, settings.strict], [['idle'], true]);
  const env = { TASKFLOW_CANCEL_BLOCKERS: 'autovacuum, idle', TASKFLOW_STRICT: 'off' };
  const byVariable = load(config, { env });
  assert.deepEqual([byVariable.cancelBlockers, byVariable.strict], [['autovacuum', 'idle'], false]);
  const flags = { cancelBlockers: 'autovacuum', strict: true, lockBudget: '1min', wait: '0' };
  const byFlag = load(config, { env, flags });
  assert.deepEqual([byFlag.cancelBlockers, byFlag.strict], [['autovacuum'], true]);
  assert.deepEqual([byFlag.lockBudgetMs, byFlag.waitMs], [60_000, 0]);
});

test('approvals: of the file, of an environment, of variables, of the flag for one run', () => {
  const config =
    '{ "approval": "none", "environments": { "live": { "approval": "required", "approvalBy": "role", "approvalHours": 4 } } }';
  assert.deepEqual(load(config).approval, { policy: 'none', demanded: false, by: 'person', hours: 24 });
  const live = load(config, { flags: { env: 'live' } }).approval;
  assert.deepEqual(live, { policy: 'required', demanded: false, by: 'role', hours: 4 });
  const env = { TASKFLOW_APPROVAL: 'none', TASKFLOW_APPROVAL_HOURS: '2' };
  const byVariable = load(config, { env, flags: { env: 'live', requireApproval: true } }).approval;
  assert.deepEqual(byVariable, { policy: 'none', demanded: true, by: 'role', hours: 2 });
  for (const wrong of ['"approval": "yes"', '"approvalBy": "name"', '"approvalHours": 0', '"approvalHours": 1000'])
    assert.throws(() => load(`{ ${wrong} }`), { code: 'config-invalid' }, wrong);
});

test('what is wrong about them is said', () => {
  for (const cancelBlockers of ['active', '', 'idle,everything']) {
    const [problem] = complaintsOf(() => load(undefined, { flags: { cancelBlockers } }));
    assert.match(problem?.message ?? '', /--cancel-blockers needs a list/);
  }
  const [wait] = complaintsOf(() => load(undefined, { flags: { wait: 'long' } }));
  assert.match(wait?.message ?? '', /--wait needs a duration/);
  const [variable] = complaintsOf(() => load(undefined, { env: { TASKFLOW_CANCEL_BLOCKERS: 'active' } }));
  assert.match(variable?.message ?? '', /TASKFLOW_CANCEL_BLOCKERS/);
});

test('an environment changes single rules and limits of lint, variables too', () => {
  const config = JSON.stringify({
    lint: { failOn: 'warning', statistics: 'prod.json', largeTableSize: '2GB', rules: { a: 'off', b: 'note' } },
    environments: { live: { lint: { failOn: 'note', rules: { b: 'error' }, smallTableRows: 5 } } },
  });
  const cwd = folderWith(config);
  const { lint } = loadSettings({ cwd, env: {}, flags: { env: 'live' } });
  assert.deepEqual(lint.rules, { a: 'off', b: 'error' });
  assert.deepEqual([lint.failOn, lint.smallTableRows], ['note', 5]);
  assert.deepEqual([lint.largeTableBytes, lint.statistics], [2 * 1024 ** 3, join(cwd, 'prod.json')]);
  const env = {
    TASKFLOW_LINT_FAIL_ON: 'never',
    TASKFLOW_LINT_SERVER_VERSION: '14',
    TASKFLOW_LINT_SMALL_TABLE_SIZE: '1MB',
  };
  const byVariables = loadSettings({ cwd, env, flags: {} }).lint;
  assert.deepEqual([byVariables.failOn, byVariables.serverVersion], ['never', 14]);
  assert.deepEqual([byVariables.smallTableBytes, byVariables.rules], [1024 ** 2, { a: 'off', b: 'note' }]);
});

test('settings of lint that are none are refused', () => {
  const text =
    '{"lint": {"rules": {"a": "fatal"}, "failOn": "off", "serverVersion": "16", "largeTableSize": "1 gib", "max": 1}}';
  const messages = complaintsOf(() => load(text)).map(({ message }) => message);
  assert.deepEqual(messages, [
    '"lint.rules.a" is not right.',
    '"lint.failOn" is not right.',
    '"lint.serverVersion" is not right.',
    '"lint.largeTableSize" is not right.',
    'The configuration has no key "lint.max".',
  ]);
  const env = { TASKFLOW_LINT_SERVER_VERSION: '16.2', TASKFLOW_LINT_LARGE_TABLE_ROWS: '-1' };
  assert.equal(complaintsOf(() => load('{}', { env })).length, 2);
});

test('lint judges for a server of which there are facts, named by its major version', () => {
  for (const version of [11, 160_004, 16.2]) {
    const [complaint] = complaintsOf(() => load(JSON.stringify({ lint: { serverVersion: version } })));
    assert.equal(complaint?.fields.expected, 'a major version of PostgreSQL from 12 on, such as 16', `${version}`);
    const byFlag = () => loadSettings({ cwd: folderWith('{}'), env: {}, flags: { serverVersion: `${version}` } });
    assert.throws(byFlag, /--server-version needs a major version of PostgreSQL/);
  }
  assert.equal(loadSettings({ cwd: folderWith('{}'), env: {}, flags: { serverVersion: '12' } }).lint.serverVersion, 12);
});

test('settings of data migrations: of the file, of an environment, of variables; on production batches rest', () => {
  const config = JSON.stringify({
    data: { target: '50ms', window: ['22:00-06:00', '12:00-13:00'], timeZone: 'Europe/Berlin', replicaLag: '2s' },
    environments: { live: { production: true, data: { replicaLag: '1min', ignoredReplicas: ['late'] } } },
  });
  const { data: plain } = load(config);
  assert.deepEqual([plain.targetMs, plain.dutyFactor, plain.limits.replicaLagMs], [50, 0, 2000]);
  const { data } = load(config, {
    flags: { env: 'live' },
    env: {
      TASKFLOW_DATA_PROBE: '2.5',
      TASKFLOW_DATA_WINDOW: '01:00-02:00, 03:00-04:00',
      TASKFLOW_DATA_ACTIVE_SESSIONS: '9',
    },
  });
  assert.deepEqual([data.targetMs, data.dutyFactor, data.limits.replicaLagMs], [50, 0.5, 60_000]);
  assert.deepEqual(
    [data.limits.ignoredReplicas, data.limits.probeFactor, data.limits.activeSessions],
    [['late'], 2.5, 9],
  );
  assert.deepEqual(data.window, [
    { from: 60, to: 120 },
    { from: 180, to: 240 },
  ]);
  assert.equal(data.timeZone, 'Europe/Berlin');
});

test('settings of data migrations that are not right are all named', () => {
  const found = complaintsOf(() =>
    load(
      JSON.stringify({ data: { window: ['22-6'], timeZone: 'Mars/Base', vacuum: 'wait', pause: -1, deadRows: 20 } }),
    ),
  );
  assert.deepEqual(
    found.map(({ fields }) => fields.expected),
    [
      'a time of the day such as "22:00-06:00", or a list of such',
      'a time zone such as "Europe/Berlin" or "UTC"',
      '"hold", "slow" or "ignore"',
      'a number of at least 0, such as 0.5',
      'a share from 0 to 1, such as 0.5',
    ],
  );
});
