// The languages whose scripts are queries: a driver of ours sends them to a server. Words only.

const queryLanguages = ['postgresql', 'mysql', 'graphql'] as const;
export type QueryLanguage = (typeof queryLanguages)[number];

export type SqlDialect = Exclude<QueryLanguage, 'graphql'>;

export const isQueryLanguage = (language: string): language is QueryLanguage =>
  (queryLanguages as readonly string[]).includes(language);

/** A mistake in a query that can be told from its text, as plain words. */
export function mistake(message: string): Error {
  return Object.assign(new Error(message), { name: 'QueryError' });
}
