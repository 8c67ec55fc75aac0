// The lines that connect assistants, as pages show them to be copied: with a token, or without
// one for clients that send people to log in.
import { html, type Html } from './html.ts';

/** Where the MCP endpoint of a workspace is. */
export function mcpAddressOf(origin: string, workspace: string): string {
  return `${origin}/api/mcp/w/${workspace}/mcp`;
}

/** Where the MCP endpoint of all workspaces is. */
export const everyAddressOf = (origin: string): string => `${origin}/mcp`;

const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

/** Programs on the same computer are reached without TLS; `mcp-remote` wants to hear of others. */
function allowsHttp(address: string): string[] {
  const { protocol, hostname } = new URL(address);
  const here = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  return protocol === 'http:' && !here ? ['--allow-http'] : [];
}

interface Way {
  client: string;
  /** Where the text goes. */
  how: string;
  text: string;
}

/** For clients that take a header. */
function waysWithToken(address: string, token: string): Way[] {
  const headers = { Authorization: `Bearer ${token}` };
  const remote = {
    command: 'npx',
    // Without a space in the argument: it is lost on Windows.
    args: [
      '-y',
      'mcp-remote',
      address,
      '--header',
      'Authorization:${AUTH}',
      ...allowsHttp(address),
    ],
    env: { AUTH: `Bearer ${token}` },
  };
  return [
    {
      client: 'Claude Code',
      how: 'In a terminal:',
      text:
        `claude mcp add --transport http millrace ${address} ` +
        `--header "Authorization: Bearer ${token}"`,
    },
    {
      client: 'Claude Desktop',
      how: 'In claude_desktop_config.json:',
      text: asJson({ mcpServers: { millrace: remote } }),
    },
    {
      client: 'Cursor',
      how: 'In ~/.cursor/mcp.json:',
      text: asJson({ mcpServers: { millrace: { url: address, headers } } }),
    },
    {
      client: 'VS Code',
      how: 'In .vscode/mcp.json:',
      text: asJson({ servers: { millrace: { type: 'http', url: address, headers } } }),
    },
    {
      client: 'Codex',
      how: 'In ~/.codex/config.toml:',
      text:
        `[mcp_servers.millrace]\nurl = "${address}"\n` +
        `http_headers = { Authorization = "Bearer ${token}" }`,
    },
    {
      client: 'Other clients',
      how: 'Most take settings like these:',
      text: asJson({ mcpServers: { millrace: { type: 'http', url: address, headers } } }),
    },
  ];
}

/** For clients that open a browser, where the person logs in and chooses. */
function waysWithLogin(address: string): Way[] {
  return [
    {
      client: 'Claude Code',
      how: 'In a terminal; then type /mcp in Claude Code to log in:',
      text: `claude mcp add --transport http millrace ${address}`,
    },
    {
      client: 'Claude and Claude Desktop',
      how: 'Under Settings, Connectors, Add custom connector, paste:',
      text: address,
    },
    {
      client: 'ChatGPT',
      how: 'Under Settings, Connectors, Create (in developer mode), paste:',
      text: address,
    },
    {
      client: 'Cursor',
      how: 'In ~/.cursor/mcp.json:',
      text: asJson({ mcpServers: { millrace: { url: address } } }),
    },
    {
      client: 'VS Code',
      how: 'In .vscode/mcp.json:',
      text: asJson({ servers: { millrace: { type: 'http', url: address } } }),
    },
    {
      client: 'Codex',
      how: 'In a terminal:',
      text: `codex mcp add millrace --url ${address}\ncodex mcp login millrace`,
    },
    {
      client: 'Other clients',
      how: 'Most take settings like these:',
      text: asJson({ mcpServers: { millrace: { type: 'http', url: address } } }),
    },
  ];
}

/** One client after the other, each to be opened; `token` undefined: people log in. */
export function connectLines(address: string, token?: string): Html {
  const ways = token === undefined ? waysWithLogin(address) : waysWithToken(address, token);
  return html`${ways.map(
    ({ client, how, text }, index) =>
      html`<details ${index === 0 && { markup: 'open' }}>
        <summary>${client}</summary>
        <p>${how}</p>
        <pre>${text}</pre>
      </details>`,
  )}`;
}

/** A token in an address, and what that means. */
export function tokenInAddress(address: string, token: string): Html {
  const url = `${address}?token=${token}`;
  return html`<p>Paste it where a client asks for the address of a server:</p>
    <pre>${url}</pre>
    <p>Claude Code:</p>
    <pre>claude mcp add --transport http millrace "${url}"</pre>
    <p>Settings, for most others:</p>
    <pre>${asJson({ mcpServers: { millrace: { type: 'http', url } } })}</pre>
    <p class="note">
      Whoever has this address acts in your name until the token ends. Addresses are kept in
      histories and settings and are easily passed on: where a client takes a header, make a token
      for that. It works at MCP addresses only.
    </p>`;
}
