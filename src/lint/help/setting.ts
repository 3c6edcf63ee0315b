import { nameOf } from '../../syntax/names.ts';
import type { Node } from '../../syntax/tree.ts';
import { all, as } from '../../syntax/tree.ts';

/** A setting that a statement makes for its session or transaction. */
export interface Setting {
  readonly name: string;
  /** As text, a list with commas; undefined: DEFAULT. */
  readonly value: string | undefined;
  /** It ends with the transaction. */
  readonly local: boolean;
}

/** SET, SET LOCAL and SELECT set_config(...). */
export function settingIn(node: Node | undefined): Setting | undefined {
  const stmt = as('VariableSetStmt', node);
  if (!stmt) return setConfig(node);
  if (stmt.kind !== 'VAR_SET_VALUE' && stmt.kind !== 'VAR_SET_DEFAULT') return undefined;
  const values = (stmt.args ?? []).map((one) => constantText(one) ?? '');
  const value = stmt.kind === 'VAR_SET_DEFAULT' ? undefined : values.join(', ');
  return { name: (stmt.name ?? '').toLowerCase(), value, local: stmt.is_local ?? false };
}

function setConfig(node: Node | undefined): Setting | undefined {
  const [target] = all('ResTarget', as('SelectStmt', node)?.targetList);
  const call = as('FuncCall', target?.val);
  if (nameOf(call?.funcname)?.name !== 'set_config') return undefined;
  const [name, value, local] = call?.args ?? [];
  const isLocal = as('A_Const', local)?.boolval?.boolval ?? false;
  return { name: (constantText(name) ?? '').toLowerCase(), value: constantText(value), local: isLocal };
}

function constantText(node: Node | undefined): string | undefined {
  const constant = as('A_Const', node);
  if (!constant || constant.isnull) return undefined;
  if (constant.ival) return String(constant.ival.ival ?? 0);
  return constant.fval?.fval ?? constant.sval?.sval;
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time as settings write it (manual, "Setting Parameters"), in milliseconds; without a unit it counts them. */
export function milliseconds(value: string | undefined): number | undefined {
  const [, number = '', unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(value ?? '') ?? [];
  const factor = UNITS[unit === '' ? 'ms' : unit];
  return number === '' || factor === undefined ? undefined : Number(number) * factor;
}
