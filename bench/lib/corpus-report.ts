/**
 * Writes each case of the corpus as a file into the folder that is named, and prints what our rules find in it as JSON: for the
 * comparison with other linters in bench/.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../src/lint/rules.ts';
import { lintCase } from '../../test/lint/bed.ts';
import { corpusOf, corpusRules } from '../../test/lint/corpus-file.ts';

const [folder = '.'] = process.argv.slice(2);
const cases = corpusRules()
  .flatMap(corpusOf)
  .map((one, i) => {
    const file = join(folder, `${String(i).padStart(4, '0')}_${one.rule}.sql`);
    writeFileSync(file, `${one.sql}\n`);
    const { topic, severity } = RULES.find(({ id }) => id === one.rule)!;
    const findings = lintCase({ ...one, all: severity === 'off' }).filter(({ allowed }) => allowed === null);
    return {
      file,
      kind: one.kind,
      topic,
      found: findings.some(({ rule }) => rule === one.rule),
      alarm: findings.some((finding) => finding.severity !== 'note' || finding.rule === one.rule),
    };
  });
console.log(JSON.stringify(cases));
