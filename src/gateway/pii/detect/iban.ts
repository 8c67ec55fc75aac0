// IBANs (ISO 13616): as long as their country has them, with a check by ibantools.
import type { Hit } from '../pii-type.ts';

export type IbanLibrary = typeof import('ibantools');

/** `DE89 3704…`: letters and digits in groups, from two letters and two digits. */
const beginning = /[A-Z]{2}\d{2}[ \u00a0-]?[A-Z0-9]/iy;

export function createIbanAt({ countrySpecs, validateIBAN, ValidationErrorsIBAN }: IbanLibrary) {
  const lengths = new Map<string, number>();
  for (const [country, { chars }] of Object.entries(countrySpecs)) {
    if (typeof chars === 'number') lengths.set(country, chars);
  }
  // The account's own check digits, which some countries have, are not the IBAN's: a number that is
  // wrong there alone is an IBAN with a slip of the pen.
  const isIban = (plain: string): boolean =>
    validateIBAN(plain).errorCodes.every(
      (code) => code === ValidationErrorsIBAN.WrongAccountBankBranchChecksum,
    );

  return (text: string, start: number): Hit | undefined => {
    beginning.lastIndex = start;
    if (!beginning.test(text)) return undefined;
    const length = lengths.get(text.slice(start, start + 2).toUpperCase());
    if (length === undefined) return undefined;
    let plain = '';
    let end = start;
    for (let gap = 0; plain.length < length && gap < 2; end += 1) {
      const char = text[end] ?? '';
      if (/[A-Za-z0-9]/.test(char)) {
        plain += char;
        gap = 0;
      } else if (/[ \u00a0-]/.test(char)) gap += 1;
      else return undefined;
    }
    if (/[\p{L}\p{N}_]/u.test(text[end] ?? '')) return undefined;
    return isIban(plain.toUpperCase()) ? { type: 'IBAN', start, end } : undefined;
  };
}
