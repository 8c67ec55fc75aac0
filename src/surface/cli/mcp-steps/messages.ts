// JSON-RPC requests as clients of both eras send them: those of 2025-11-25 begin with a handshake,
// those of 2026-07-28 carry what was agreed in every request.
import { version } from '../../../base/index.ts';
import type { Asked, Reply } from './ask.ts';
import { isLoose, type Loose, type Trial } from './step.ts';

const legacyVersion = '2025-11-25';
const modernVersion = '2026-07-28';

const client = { name: 'millrace-doctor', version };
const prefix = 'io.modelcontextprotocol/';

const greeting = { protocolVersion: legacyVersion, capabilities: {}, clientInfo: client };

interface Known {
  token?: string | undefined;
  session?: string | undefined;
  /** The version of a handshake; undefined before it. */
  legacy?: string | undefined;
  modern?: boolean;
}

/** The request of `method`; the first handshake when nothing is known. */
export function requestOf(method: string, params: Loose = {}, known: Known = {}): Asked {
  const modern = known.modern ?? false;
  const meta = {
    [`${prefix}protocolVersion`]: modernVersion,
    [`${prefix}clientCapabilities`]: {},
    [`${prefix}clientInfo`]: client,
  };
  const spoken = modern ? modernVersion : known.legacy;
  const all = method === 'initialize' ? greeting : params;
  const isNotification = method.startsWith('notifications/');
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(known.token !== undefined && { authorization: `Bearer ${known.token}` }),
      ...(known.session !== undefined && { 'mcp-session-id': known.session }),
      ...(spoken !== undefined && { 'mcp-protocol-version': spoken }),
      ...(modern && { 'mcp-method': method }),
      ...(modern && typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      ...(!isNotification && { id: 1 }),
      method,
      params: modern ? { ...all, _meta: meta } : all,
    }),
  };
}

/** Asks in the era that the server speaks, with what is known of it. */
export function rpc(trial: Trial, method: string, params: Loose = {}): Promise<Reply> {
  const { token, session, version: spoken } = trial;
  const modern = spoken.legacy === undefined;
  return trial.ask(
    trial.url,
    requestOf(method, params, { token, session, modern, legacy: spoken.legacy }),
  );
}

export function resultIn({ json }: Reply): Loose | undefined {
  return isLoose(json) && isLoose(json['result']) ? json['result'] : undefined;
}

/** What the error of an answer says. */
export function errorIn({ json, status }: Reply): string {
  const error = isLoose(json) ? json['error'] : undefined;
  if (!isLoose(error)) return String(status);
  return `${status}, ${String(error['code'])}: ${String(error['message']).slice(0, 300)}`;
}
