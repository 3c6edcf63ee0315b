import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint } from '../finding.ts';
import { tableCommands } from '../help/drops.ts';
import { mentioning } from '../help/mentions.ts';
import { partOf } from '../help/part-of.ts';
import { isSame } from '../help/same-name.ts';
import { settingIn } from '../help/setting.ts';
import { shown } from '../help/shown.ts';
import type { FileSubject, Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'disabling-triggers',
  topic: 'transactions',
  summary: 'Triggers, and the checks of foreign keys with them, are turned off',
  severity: 'warning',
  weighed: false,
  on: ['AT_DisableTrigAll', 'AT_DisableTrigUser', 'AT_DisableTrig', 'VariableSetStmt', 'SelectStmt'],
  *file(file) {
    for (const subject of file.body) {
      for (const complaint of [...ofRole(subject), ...ofTable(file, subject)]) yield { ...complaint, subject };
    }
  },
};

function* ofRole({ tree }: Subject): Generator<Complaint> {
  const setting = settingIn(tree?.node);
  if (setting?.name !== 'session_replication_role' || setting.value?.toLowerCase() !== 'replica') return;
  yield {
    message:
      'with session_replication_role = replica no foreign key is checked and no ordinary trigger fires: rows that point nowhere are taken and stay',
    why: 'Nothing checks them afterwards; only a new NOT VALID constraint with its VALIDATE would find them. The setting needs a superuser too.',
  };
}

function* ofTable(file: FileSubject, subject: Subject): Generator<Complaint> {
  for (const { table, cmd } of tableCommands(subject, 'AT_DisableTrigAll', 'AT_DisableTrigUser', 'AT_DisableTrig')) {
    if (subject.isNew(subject.known.table(table))) continue;
    const place = partOf(subject, ['disable-trigger'], { target: table });
    if (cmd.subtype === 'AT_DisableTrigAll') yield { message: allOff(shown(table)), why: WHY_ALL, ...place };
    else if (!isEnabledAgain(file, subject, cmd.name)) {
      const what = cmd.name === undefined ? 'the triggers' : `the trigger ${displayIdentifier(cmd.name)}`;
      yield {
        message: `${what} of ${shown(table)} stay${cmd.name === undefined ? '' : 's'} off behind this file: writes of the running application go on without what ${cmd.name === undefined ? 'they do' : 'it does'}`,
        ...place,
      };
    }
  }
}

const allOff = (table: string) =>
  `DISABLE TRIGGER ALL turns off the checks of foreign keys of ${table} too: rows that point nowhere are taken and stay`;
const WHY_ALL =
  'ENABLE checks nothing that came in meanwhile. DISABLE TRIGGER USER turns off only the triggers that somebody made; ALL needs a superuser.';

/** The same transaction turns them on again; nobody else writes the table meanwhile. */
function isEnabledAgain({ body }: FileSubject, subject: Subject, name: string | undefined): boolean {
  const [{ table } = { table: undefined }] = tableCommands(subject, 'AT_DisableTrigUser', 'AT_DisableTrig');
  return mentioning(body, table?.name ?? '').some(
    (one) =>
      one.index >= subject.index &&
      one.transaction === subject.transaction &&
      tableCommands(one, 'AT_EnableTrig', 'AT_EnableTrigUser', 'AT_EnableTrigAll').some(
        ({ table: other, cmd }) => isSame(subject.known, table, other) && (cmd.name === undefined || cmd.name === name),
      ),
  );
}
