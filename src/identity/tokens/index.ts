export { issueSession } from './issue.ts';
export { tokenOperations } from './operations/index.ts';
export { createPruner } from './pruner.ts';
export { createTokens } from './tokens.ts';
export { deleteSession, deleteSessionsOf, touchTokens } from './tokens.sql.ts';
