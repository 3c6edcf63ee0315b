import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Fix } from '../finding.ts';
import { ofType } from '../help/by-type.ts';
import { type DefinerRoutine, definerRoutine } from '../help/definer.ts';
import { fixBeside, fixOf } from '../help/fix.ts';
import { isPublic } from '../help/grants.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'security-definer-public-execute',
  topic: 'security',
  summary: 'Everybody may call a new SECURITY DEFINER function',
  severity: 'warning',
  weighed: false,
  on: ['CreateFunctionStmt', 'AlterFunctionStmt'],
  *file(file) {
    for (const subject of file.body) {
      const routine = definerRoutine(subject);
      if (!routine || routine.isTrigger || wasThere(subject, routine) || isRevoked(file, subject, routine)) continue;
      yield {
        subject,
        message: `every role may call ${shown(routine.name)}, which then acts with the rights of its owner`,
        why: 'A new function belongs to PUBLIC for EXECUTE. Take that away in the transaction that makes it, and grant it to those who are meant.',
        ...fixOf(subject, revoked(subject, routine)),
      };
    }
  },
};

/** ALTER and OR REPLACE keep the privileges that a function has. */
function wasThere({ known }: Subject, { how, name }: DefinerRoutine): boolean {
  return how === 'altered' || (how === 'replaced' && known.functions(name).length > 0);
}

function isRevoked({ body }: FileSubject, subject: Subject, { name }: DefinerRoutine): boolean {
  const grants = [...ofType(body, 'GrantStmt'), ...ofType(body, 'AlterDefaultPrivilegesStmt')];
  return grants.some(({ tree, index }) => {
    const grant = as('GrantStmt', tree?.node);
    const defaults = as('AlterDefaultPrivilegesStmt', tree?.node)?.action;
    if (defaults) return index < subject.index && takesFromPublic(defaults);
    return grant !== undefined && index > subject.index && takesFromPublic(grant) && isAbout(grant, subject, name);
  });
}

function takesFromPublic({ is_grant, objtype, grantees }: Fields<'GrantStmt'>): boolean {
  const routines = ['OBJECT_FUNCTION', 'OBJECT_PROCEDURE', 'OBJECT_ROUTINE'];
  return is_grant !== true && routines.includes(objtype ?? '') && all('RoleSpec', grantees).some(isPublic);
}

function isAbout(
  { targtype, objects }: Fields<'GrantStmt'>,
  { known }: Subject,
  name: DefinerRoutine['name'],
): boolean {
  if (targtype === 'ACL_TARGET_ALL_IN_SCHEMA') {
    const schema = name.schema ?? known.defaultSchema;
    return all('String', objects).some(({ sval }) => sval === schema);
  }
  return all('ObjectWithArgs', objects).some(({ objname }) => isSame(known, nameOf(objname), name));
}

function revoked(subject: Subject, { signature }: DefinerRoutine): Fix {
  return fixBeside(subject, 'take EXECUTE from PUBLIC', 'behind', `REVOKE EXECUTE ON ${signature} FROM PUBLIC`);
}
