// The lines that connect assistants, as pages show them to be copied.

/** Where the MCP endpoint of a workspace is. */
export function mcpAddressOf(origin: string, workspace: string): string {
  return `${origin}/api/mcp/w/${workspace}/mcp`;
}

/** The command that connects Claude Code. */
export function claudeLine(mcpAddress: string, token: string): string {
  return (
    `claude mcp add --transport http millrace ${mcpAddress} ` +
    `--header "Authorization: Bearer ${token}"`
  );
}

/** The settings that Cursor, VS Code and others take. */
export function clientSettings(mcpAddress: string, token: string): string {
  const server = { url: mcpAddress, headers: { Authorization: `Bearer ${token}` } };
  return JSON.stringify({ mcpServers: { millrace: server } }, null, 2);
}

export const tokenCommand = 'npx millrace token create --scopes mcp:all';
