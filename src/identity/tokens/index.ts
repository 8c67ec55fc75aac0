export { issueSession, prefixLength } from './issue.ts';
export { tokenOperations } from './operations/index.ts';
export { scopes } from './token.ts';
export { assertMayBind, createTokens } from './tokens.ts';
export { deleteSession, deleteSessionsOf, pruneTokens, touchTokens } from './tokens.sql.ts';
