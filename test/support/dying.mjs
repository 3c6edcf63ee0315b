// Preloaded into a process: it kills itself in front of the call number DIE_AT that writes a file below DIE_IN.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const last = Number(process.env.DIE_AT);
let calls = 0;
for (const name of ['openSync', 'writeSync', 'linkSync', 'renameSync', 'rmSync']) {
  const own = fs[name];
  fs[name] = (...given) => {
    const isOurs = name === 'writeSync' || String(given[0]).startsWith(process.env.DIE_IN);
    const writes = name !== 'openSync' || given[1] === 'wx';
    if (isOurs && writes && ++calls === last) process.kill(process.pid, 'SIGKILL');
    return own(...given);
  };
}
syncBuiltinESMExports();
