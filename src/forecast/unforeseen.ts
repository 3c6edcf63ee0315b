import type { Known } from '../known/known.ts';
import { displayIdentifier } from '../sql/quote.ts';
import { nameOf } from '../syntax/names.ts';
import type { SyntaxTree } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';

/** What is known of a statement when its forecast is made. */
interface Read {
  readonly words: readonly string[];
  readonly tree: SyntaxTree | undefined;
  readonly known: Known;
  /** Places in a DO block that no text tells. */
  readonly unknown: readonly { readonly why: string }[];
  readonly isUnderstood: boolean;
  /** It calls a routine that the same file has made: what that does counts as its own. */
  readonly isFollowed: boolean;
}

/** Why the text of a statement does not tell all that it does; null where it does. */
export function unforeseenIn({ words, tree, known, unknown, isUnderstood, isFollowed }: Read): string | null {
  const [first = '', second = ''] = words;
  if (unknown[0]) return unknown[0].why;
  if (!isUnderstood) return 'its syntax is not known to this version, so that it is judged by its first words';
  if (isFollowed) return null;
  if (first === 'CALL') return 'what the procedure does is not known';
  if (second === 'OWNED' && (first === 'DROP' || first === 'REASSIGN'))
    return 'which objects the role owns is not known';
  return tree && first === 'SELECT' ? calls(tree, known) : null;
}

/** A function that somebody made may do anything, as long as it is volatile. */
function calls(tree: SyntaxTree, known: Known): string | null {
  for (const { funcname } of nodesOf('FuncCall', tree.node)) {
    const name = nameOf(funcname);
    const made = known.functions(name);
    if (name && made.some(({ volatility }) => volatility === 'volatile')) {
      return `what the function ${displayIdentifier(name.name)} does is not known`;
    }
  }
  return null;
}
