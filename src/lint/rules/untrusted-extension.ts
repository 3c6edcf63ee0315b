import { displayIdentifier } from '../../sql/quote.ts';
import { as } from '../../syntax/tree.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'untrusted-extension',
  topic: 'security',
  summary: 'An extension lets SQL reach files, programs or other servers',
  severity: 'warning',
  weighed: false,
  on: ['CreateExtensionStmt', 'CreatePLangStmt'],
  *statement({ tree }) {
    const name = as('CreateExtensionStmt', tree?.node)?.extname ?? as('CreatePLangStmt', tree?.node)?.plname;
    const does = name === undefined ? undefined : (REACH[name] ?? language(name));
    if (name === undefined || !does) return;
    yield {
      message: `with ${displayIdentifier(name)}, ${does}`,
      why: 'Only a superuser can make it, and from then on each function written for it, and each role that may use it, has to be trusted as the server itself is.',
    };
  },
};

const REACH: Readonly<Record<string, string>> = {
  file_fdw: 'a table can read any file of the server and run programs on it',
  adminpack: "SQL can write and remove the server's files",
  dblink: 'SQL can open connections from the server to any address, as the server',
  pageinspect: 'SQL reads pages of any table, past its privileges',
};

/** The untrusted languages of PostgreSQL end in u: plpython3u, plperlu, pltclu. */
function language(name: string): string | undefined {
  const known = /^pl(?:python[23]?|perl|tcl|sh|java|r|ruby)u?$/.test(name);
  const trusted = ['plperl', 'pltcl', 'plruby', 'plr'].includes(name);
  return known && !trusted ? 'a function can do whatever the operating system lets the server do' : undefined;
}
