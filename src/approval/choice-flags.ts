import type { ActionChoice } from './action.ts';

/** The words behind the name of a command, `migrate` or `approval request`, that choose the same: `--to 012 --allow-late`. */
export function choiceFlags(choice: ActionChoice): string {
  const words =
    choice.action === 'migrate'
      ? [
          valued('to', choice.to),
          valued('only', choice.only),
          flag('allow-late', choice.allowLate),
          flag('single-transaction', choice.singleTransaction),
          valued('force-contract', choice.forceContract),
        ]
      : [
          valued('to', choice.to),
          valued('version', choice.version),
          flag('cascade', choice.cascade),
          valued('steps', choice.steps),
          flag('no-data', !choice.data),
        ];
  return words.filter((word) => word !== '').join(' ');
}

function flag(name: string, isSet: boolean): string {
  return isSet ? `--${name}` : '';
}

function valued(name: string, value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return `--${name} ${/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`}`;
}
