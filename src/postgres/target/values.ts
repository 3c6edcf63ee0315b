import { nearest } from '../../report/nearest.ts';
import type { Complain } from './complaints.ts';
import { KEYWORDS, REQUIRE_AUTH_VALUES } from './keywords.ts';
import type { Setting, Settings } from './settings.ts';
import type { AuthMethod } from './target.ts';

/** A complaint for every value that its parameter cannot have, and for every parameter that cannot be honoured. */
export function checkValues(settings: Settings, complain: Complain): void {
  for (const [name, setting] of settings) {
    const { value, origin } = setting;
    const keyword = KEYWORDS[name];
    const where = origin.includes(name) || keyword?.variable === origin ? origin : `${origin}, ${name}`;
    if (value.includes('\0')) {
      complain(`${where}: the value holds a NUL character.`);
    } else if (keyword?.refused && !keyword.refused.except.includes(value)) {
      complain(`${where} cannot be honoured: ${keyword.refused.why}.`, { next: ['Take it out.'] });
    } else if (value !== '' && keyword?.integer && !/^\s*[+-]?\d{1,9}\s*$/.test(value)) {
      complain(`${where}: "${value}" is not a whole number.`, { expected: 'a whole number such as 10' });
    } else if (value !== '' && keyword?.values && !allows(name, keyword.values, value)) {
      complain(`${where}: "${value}" is not one of its values.`, expectation(value, keyword.values));
    }
  }
}

/** libpq compares TLS versions without case, everything else as it is written. */
function allows(name: string, values: readonly string[], value: string): boolean {
  const folded = name.startsWith('ssl_m') ? values.map((each) => each.toLowerCase()) : values;
  return folded.includes(name.startsWith('ssl_m') ? value.toLowerCase() : value);
}

function expectation(value: string, values: readonly string[]) {
  const meant = nearest(value, values);
  return { expected: values.join(', '), ...(meant ? { next: [`Did you mean ${meant}?`] } : {}) };
}

/** The methods that `require_auth` leaves: those it names, or, written with `!`, all but those (manual, "require_auth"). */
export function readRequireAuth(setting: Setting | undefined, complain: Complain): AuthMethod[] | undefined {
  if (!setting?.value) return undefined;
  const entries = setting.value.split(',').map((entry) => entry.trim());
  const names = entries.map((entry) => entry.replace(/^!/, ''));
  const negated = entries.filter((entry) => entry.startsWith('!')).length;
  const unknown = names.filter((name) => !REQUIRE_AUTH_VALUES.includes(name));
  if (unknown.length > 0) {
    const found = `${setting.origin}: "${unknown[0]}" is not a kind of authentication.`;
    complain(found, { expected: REQUIRE_AUTH_VALUES.join(', ') });
  } else if (negated > 0 && negated < entries.length) {
    complain(`${setting.origin}: require_auth names methods either all with ! or all without.`, {
      found: setting.value,
    });
  } else if (new Set(names).size < names.length) {
    complain(`${setting.origin}: require_auth names a method twice.`, { found: setting.value });
  }
  return REQUIRE_AUTH_VALUES.filter((name) => names.includes(name) === (negated === 0)) as AuthMethod[];
}
