import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderCompletion, type Shell } from '../../src/cli/completion/render.ts';
import { COMMANDS } from '../../src/cli/registry.ts';

const folder = mkdtempSync(join(tmpdir(), 'completion-'));

/** A stand-in for the tool that knows two versions, and shows how it was called. */
const program = join(folder, 'taskflow-db');
writeFileSync(
  program,
  '#!/bin/sh\necho "$@" >>"$0.calls"\n[ "$1" = __versions ] && printf "001_users\\n012_tags\\n"\n',
);
chmodSync(program, 0o755);

function scriptOf(shell: Shell): string {
  const file = join(folder, `script.${shell}`);
  writeFileSync(file, renderCompletion(shell, COMMANDS));
  return file;
}

/** What bash would offer for a line; `|` stands between words as bash divides them. */
function inBash(line: string): string[] {
  const words = line.split('|').map((word) => `'${word}'`);
  const code = `. ${scriptOf('bash')}; COMP_WORDS=('${program}' ${words.join(' ')}); COMP_CWORD=${words.length}; _taskflow_db; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-uc', code], { encoding: 'utf8', cwd: folder })
    .split('\n')
    .filter((word) => word !== '');
}

test('bash completes commands, flags, choices and versions', () => {
  const cases: [string, string[]][] = [
    ['mi', ['migrate']],
    ['--env|x|roll', ['rollback']],
    ['-y|roll', ['rollback']],
    ['db|st', ['start', 'stop']],
    ['migrate|--al', ['--allow-late']],
    ['migrate|--to|0', ['001_users', '012_tags']],
    ['migrate|--to|=|01', ['012_tags']],
    ['migrate|--to|=', ['001_users', '012_tags']],
    ['migrate|--dry-run|=', ['print', 'rehearse', 'live']],
    ['migrate|--dry-run|', []],
    ['completion|', ['bash', 'zsh', 'fish']],
    ['help|bas', ['baseline']],
    ['status|--to|', []],
    ['--host|mi', []],
  ];
  for (const [line, offered] of cases) assert.deepEqual(inBash(line), offered, line);
});

test('every command and flag is in the script of every shell, and the hidden ones are not', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = renderCompletion(shell, COMMANDS);
    for (const { name, hidden, flags } of COMMANDS) {
      if (hidden) continue;
      assert.match(script, new RegExp(`\\b${name}\\b`));
      for (const flag of flags)
        assert.match(script, new RegExp(shell === 'fish' ? `-l ${flag.name}\\b` : `--${flag.name}\\b`));
    }
    assert.doesNotMatch(script, /__versions:/);
  }
});

test('each script is good in the eyes of its shell, as far as this machine has it', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const { error, status, stderr } = spawnSync(shell, ['-n', scriptOf(shell)], { encoding: 'utf8' });
    if (error && shell !== 'bash') continue;
    assert.equal(status, 0, `${shell}: ${stderr}`);
  }
});

test('fish, where there is one, offers the same', () => {
  const { error } = spawnSync('fish', ['--version']);
  if (error) return;
  const ask = (line: string) => {
    const code = `source ${scriptOf('fish')}; complete -C '${line}'`;
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder };
    return execFileSync('fish', ['-c', code], { encoding: 'utf8', env })
      .split('\n')
      .map((row) => row.split('\t')[0])
      .filter(Boolean);
  };
  assert.deepEqual(ask('taskflow-db mi'), ['migrate']);
  assert.deepEqual(ask('taskflow-db migrate --to 01'), ['012_tags']);
  assert.deepEqual(ask('taskflow-db db st'), ['start', 'stop']);
});
