export { issueSession, prefixLength } from './issue.ts';
export { tokenOperations } from './operations/index.ts';
export type { ListedTool, ToolsOf } from './preview.ts';
export { scopes } from './token.ts';
export { deleteSession, deleteSessionsOf, pruneTokens, touchTokens } from './tokens.sql.ts';
export { createUrlTokens, urlTokensOff } from './url-tokens.ts';
export { assertMayBind, createTokens } from './tokens.ts';
