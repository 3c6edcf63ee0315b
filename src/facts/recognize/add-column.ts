import { hasDomainConstraint, serialOf, typeOf } from '../../known/types.ts';
import { type ExpressionVolatility, volatilityOf } from '../../known/volatility.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { withPartitions } from './constraints.ts';
import { type Context, type Details, use } from './use.ts';

type Column = Fields<'ColumnDef'>;
type Constraint = Fields<'Constraint'>;

/**
 * ADD COLUMN: how the column gets its values, and each constraint with an effect of its own. A constraint says more than the
 * bare column, which is then left out.
 */
export function addColumnUses(
  context: Context,
  target: QualifiedName | undefined,
  column: Column,
  details: Details,
): FormUse[] {
  const constraints = all('Constraint', column.constraints);
  const about = { ...details, part: column.colname, location: column.location };
  const filling = fillingOf(context, column, constraints);
  const more = constraints.flatMap((one) => constraintUse(context, target, one, filling, about) ?? []);
  if (more.length > 0 && PLAIN.includes(filling.id)) return more;
  const { id, uncertain = false } = filling;
  return [use(context, id, target, { ...about, uncertain }), ...more];
}

interface Filling {
  readonly id: FormId;
  readonly uncertain?: boolean;
}

const PLAIN: readonly FormId[] = ['add-column', 'add-column-constant-default'];

function fillingOf({ known }: Context, { typeName }: Column, constraints: readonly Constraint[]): Filling {
  if (serialOf(typeName)) return { id: 'add-column-serial' };
  const kinds = constraints.map(({ contype }) => contype);
  if (kinds.includes('CONSTR_IDENTITY')) return { id: 'add-column-identity' };
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED');
  if (generated) return { id: isVirtual(generated) ? 'add-column-generated-virtual' : 'add-column-generated-stored' };
  if (typeName && hasDomainConstraint(known, typeOf(known, typeName))) return { id: 'add-column-domain-with-check' };
  const found = constraints.find(({ contype }) => contype === 'CONSTR_DEFAULT');
  return found ? fillingByDefault(volatilityOf(known, found.raw_expr)) : { id: 'add-column' };
}

function isVirtual({ generated_kind: kind }: Constraint): boolean {
  return (kind as string | undefined) === 'v';
}

function fillingByDefault(volatility: ExpressionVolatility): Filling {
  if (volatility === 'volatile') return { id: 'add-column-volatile-default' };
  if (volatility === 'unknown') return { id: 'add-column-volatile-default', uncertain: true };
  return { id: 'add-column-constant-default' };
}

function constraintUse(
  context: Context,
  target: QualifiedName | undefined,
  constraint: Constraint,
  filling: Filling,
  about: Details,
): FormUse | undefined {
  const details = { ...about, location: constraint.location };
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
      return use(context, 'add-column-check', target, details);
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      return use(context, 'add-column-unique', target, details);
    case 'CONSTR_FOREIGN':
      return use(
        context,
        filling.id === 'add-column' ? 'add-column-references' : 'add-column-default-references',
        target,
        {
          ...details,
          names: { 'referenced table': withPartitions(context, relationName(constraint.pktable)) },
        },
      );
    default:
      return undefined;
  }
}
