// Scanners with the libraries that they judge by, which are loaded at the first text that is
// protected: 100 ms and some megabytes that an idle server goes without.
import { createScanner, type Scanner, type ScannerOptions } from './scan.ts';

let libraries: Promise<ScannerOptions['libraries']> | undefined;

async function load(): Promise<ScannerOptions['libraries']> {
  const [phone, iban] = await Promise.all([import('libphonenumber-js/min'), import('ibantools')]);
  return { phone, iban };
}

/** Finds some kinds of values. Throws `invalid_input` for a pattern that could take long. */
export async function loadScanner(options: Omit<ScannerOptions, 'libraries'>): Promise<Scanner> {
  return createScanner({ ...options, libraries: await (libraries ??= load()) });
}
