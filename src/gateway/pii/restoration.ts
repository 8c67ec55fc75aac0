// Tokens become values again right before a request goes out: in the fields that an action names
// for it, all of them or none, and within free text only for the service that they came from.
import { refusal } from '../reasons.ts';
import { embeddedIn, literalsOf } from './embedded.ts';
import { isAllowed } from './fields.ts';
import type { Resolved } from './map.ts';
import type { Place } from './place.ts';
import type { PiiSettings } from './settings.ts';
import { keyOf, type Token, tokensIn } from './token.ts';
import { walk } from './walk.ts';

const maxEmbedded = 6;

/** A token where it stands in the parameters. */
interface Use extends Token {
  field: string;
  /** It is not alone in its text. */
  isInText: boolean;
}

export interface Uses {
  /** In fields that take values. */
  restored: Use[];
  /** In other fields: these go out as they are. */
  left: { token: string; field: string }[];
}

/** A kind that is an address by itself: alone in a field it is where something is sent to. */
const addresses = new Set(['EMAIL', 'PHONE', 'NAME']);

/** The tokens in `params`, by whether their field is one of `fields`. */
export function usesOf(params: unknown, fields: readonly string[]): Uses {
  const uses: Uses = { restored: [], left: [] };
  const note = (text: string, place: Place): string => {
    if (!text.includes('⟦') && !text.includes('<')) return text;
    const field = place.names.join('.');
    for (const token of tokensIn(text)) {
      const isInText = text.trim().length > token.length;
      if (isAllowed(fields, place)) uses.restored.push({ ...token, field, isInText });
      else uses.left.push({ token: keyOf(token), field });
    }
    return text;
  };
  walk(params, { text: note, name: note });
  return uses;
}

export interface RestoreRules {
  /** Where the values are going. */
  service: string;
  crossings: PiiSettings['crossings'];
}

/** May a value that was seen in answers of `from` go to `service` within a text? */
function mayCross(from: readonly string[], { service, crossings }: RestoreRules): boolean {
  if (from.includes(service)) return true;
  return crossings.some(
    (rule) =>
      (rule.to === '*' || rule.to === service) && (rule.from === '*' || from.includes(rule.from)),
  );
}

/**
 * The value of each token that `uses` names. Throws a refusal with `pii_token_unknown`,
 * `pii_token_expired` or `pii_cross_service`; its message names tokens, never a value.
 */
export function valuesFor(
  uses: readonly Use[],
  stored: readonly Resolved[],
  rules: RestoreRules,
): Map<string, string> {
  const known = new Map(stored.map((each) => [keyOf(each), each]));
  const values = new Map<string, string>();
  for (const use of uses) {
    const key = keyOf(use);
    const token = known.get(key);
    const where = { token: key, field: use.field };
    if (use.foreign || !token) {
      throw refusal('pii_token_unknown', `${use.field}: ⟦${key}⟧ stands for nothing here.`, {
        hint: 'Use a token from an answer that you got yourself, or write the value.',
        details: where,
      });
    }
    if (token.value === undefined) {
      throw refusal('pii_token_expired', `${use.field}: the value of ⟦${key}⟧ expired.`, {
        hint: 'Read it again: the same value keeps its token.',
        details: where,
      });
    }
    const isAddress = addresses.has(use.type) && !use.isInText;
    if (!isAddress && !mayCross(token.services, rules)) {
      const from = token.services.join(', ');
      throw refusal(
        'pii_cross_service',
        `${use.field}: ⟦${key}⟧ comes from ${from}; its value may not go to ${rules.service}.`,
        { hint: 'Leave the token out, or ask an admin to allow this crossing.', details: where },
      );
    }
    values.set(key, token.value);
  }
  return values;
}

function replaceIn(text: string, values: ReadonlyMap<string, string>): string {
  let replaced = '';
  let at = 0;
  for (const token of tokensIn(text)) {
    const value = values.get(keyOf(token));
    if (value === undefined || token.foreign) continue;
    replaced += text.slice(at, token.start) + value;
    at = token.start + token.length;
  }
  return at === 0 ? text : replaced + text.slice(at);
}

/** In JSON within the text a value is written as JSON writes it. */
function restoreText(text: string, values: ReadonlyMap<string, string>, depth: number): string {
  if (depth >= maxEmbedded || embeddedIn(text) === undefined) return replaceIn(text, values);
  let restored = '';
  let at = 0;
  for (const literal of literalsOf(text)) {
    const inner = restoreText(literal.text, values, depth + 1);
    if (inner === literal.text) continue;
    restored += text.slice(at, literal.start) + JSON.stringify(inner);
    at = literal.end;
  }
  return at === 0 ? text : restored + text.slice(at);
}

/** `params` with values in place of tokens, in the fields that take them. */
export function restoreIn(
  params: unknown,
  fields: readonly string[],
  values: ReadonlyMap<string, string>,
): unknown {
  const text = (given: string, place: Place): string =>
    isAllowed(fields, place) ? restoreText(given, values, 0) : given;
  return walk(params, { text, name: text });
}
