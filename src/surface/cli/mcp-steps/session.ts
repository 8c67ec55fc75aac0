// What a client does with its token: the handshakes of both eras, the list of tools, one call that
// changes nothing, and whether answers come through unheld.
import { type Reply, shapeOf } from './ask.ts';
import { challengeOf } from './discovery.ts';
import { lintTools } from './lint.ts';
import { errorIn, requestOf, resultIn, rpc } from './messages.ts';
import {
  isLoose,
  type Loose,
  notice,
  problem,
  type Said,
  skipped,
  type Step,
  textIn,
  type Tool,
  type Trial,
  well,
} from './step.ts';

const maxPages = 20;
const streamLimitMs = 5_000;

/** A refusal of the token; undefined when it is none. */
function refusedToken(reply: Reply): Said | undefined {
  const challenge = challengeOf(reply);
  if (reply.status === 401) {
    return problem(
      `The token is refused (${challenge.slice(0, 300) || '401 without a challenge'}).`,
      'Is it whole, not expired, made for this address (audience)? A proxy may drop the header.',
    );
  }
  if (reply.status !== 403) return undefined;
  const scope = /insufficient_scope/.test(challenge);
  return problem(
    scope
      ? `The token's scopes do not reach the tools (${challenge.slice(0, 300)}).`
      : `The server refuses (${shapeOf(reply)}).`,
    scope
      ? 'Connect again and allow the scopes that the challenge names.'
      : 'The person may not use this address, or something in front of it refuses.',
  );
}

async function shakeHands(trial: Trial): Promise<Reply> {
  const { token } = trial;
  const reply = await trial.ask(trial.url, requestOf('initialize', {}, { token }));
  const result = resultIn(reply);
  const legacy = result && textIn(result, 'protocolVersion');
  if (legacy === undefined) return reply;
  trial.version.legacy = legacy;
  trial.session = reply.headers.get('mcp-session-id') ?? undefined;
  await rpc(trial, 'notifications/initialized');
  return reply;
}

const handshake: Step = {
  name: 'handshake',
  needed: true,
  async run(trial) {
    const legacy = await shakeHands(trial);
    const refused = refusedToken(legacy);
    if (refused) return [refused];
    const { token } = trial;
    const modern = await trial.ask(
      trial.url,
      requestOf('server/discover', {}, { token, modern: true }),
    );
    trial.version.modern = resultIn(modern) !== undefined;
    const { version: spoken } = trial;
    if (spoken.legacy === undefined && !spoken.modern) {
      return [
        problem(
          `Neither initialize (${errorIn(legacy)}) nor server/discover (${errorIn(modern)}) works.`,
          'The address answers, but does not speak MCP over Streamable HTTP.',
        ),
      ];
    }
    const eras = [
      ...(spoken.legacy === undefined ? [] : [`initialize (${spoken.legacy})`]),
      ...(spoken.modern ? ['server/discover (2026-07-28)'] : []),
    ];
    const said = [well(eras.join(' and '))];
    if (spoken.legacy === undefined) {
      const fix = 'Answer initialize too: many clients know nothing else.';
      return [...said, notice(`initialize does not work: ${errorIn(legacy)}.`, fix)];
    }
    if (spoken.modern || (modern.status < 500 && modern.json !== undefined)) return said;
    const fix = 'Answer what is not known with the error -32601: clients fall back by it.';
    return [...said, notice(`server/discover answers ${shapeOf(modern)}.`, fix)];
  },
};

function toolsIn(result: Loose): Tool[] | undefined {
  const list = result['tools'];
  if (!Array.isArray(list)) return undefined;
  return list.filter(isLoose).map((definition) => ({
    name: textIn(definition, 'name') ?? '',
    definition,
  }));
}

const tools: Step = {
  name: 'tools',
  needed: true,
  async run(trial) {
    const all: Tool[] = [];
    let cursor: string | undefined;
    let pages = 0;
    for (; pages === 0 || cursor !== undefined; pages += 1) {
      const reply = await rpc(trial, 'tools/list', cursor === undefined ? {} : { cursor });
      const refused = refusedToken(reply);
      if (refused) return [refused];
      const result = resultIn(reply);
      const page = result && toolsIn(result);
      if (!result || !page) {
        return [problem(`tools/list fails: ${errorIn(reply)}.`, 'Its log says why.')];
      }
      all.push(...page);
      const next = textIn(result, 'nextCursor');
      if (next !== undefined && (next === cursor || pages + 1 >= maxPages)) {
        const fix = 'End with a page without nextCursor.';
        return [problem(`The list of tools has no end (page ${pages + 1}).`, fix)];
      }
      cursor = next;
    }
    trial.tools = all;
    const said: Said[] =
      all.length === 0
        ? [
            notice(
              'There are no tools for this token.',
              'Look at its scopes: favourites without stars, a folder without scripts.',
            ),
          ]
        : [well(`${all.length} listed`), ...lintTools(all)];
    if (pages === 1) return said;
    const fix = 'Answer up to 500 tools at once.';
    return [...said, notice(`The list has ${pages} pages; many clients read the first.`, fix)];
  },
};

/** A tool that says that it only reads, and needs no arguments. */
function harmless({ definition }: Tool): boolean {
  const { annotations, inputSchema } = definition;
  if (!isLoose(annotations) || annotations['readOnlyHint'] !== true) return false;
  const required = isLoose(inputSchema) ? inputSchema['required'] : undefined;
  return !Array.isArray(required) || required.length === 0;
}

const call: Step = {
  name: 'call',
  async run(trial) {
    const tool = trial.tools.find(harmless);
    if (!tool) return [skipped('no tool says that it only reads and needs no arguments')];
    const reply = await rpc(trial, 'tools/call', { name: tool.name, arguments: {} });
    const refused = refusedToken(reply);
    if (refused) return [refused];
    const result = resultIn(reply);
    if (!result) {
      const fix = 'A tool that is listed should be callable; the log of the server says more.';
      return [problem(`${tool.name} fails: ${errorIn(reply)}.`, fix)];
    }
    if (result['isError'] !== true) return [well(`${tool.name} answers`)];
    const [first] = Array.isArray(result['content']) ? (result['content'] as unknown[]) : [];
    const text = isLoose(first) ? textIn(first, 'text') : undefined;
    const fix = 'The connection works; what the tool says is between the server and its tool.';
    return [notice(`${tool.name} answers an error: ${(text ?? '').slice(0, 300)}`, fix)];
  },
};

/** What shows that something in between keeps or rewrites a stream. */
function heldBy({ headers }: Reply): string | undefined {
  if (!headers.get('content-type')?.includes('text/event-stream')) return undefined;
  if (headers.has('content-length')) return 'it has a Content-Length: it was collected first';
  const packed = headers.get('content-encoding');
  if (packed !== null && packed !== 'identity') return `it is packed (${packed})`;
  return undefined;
}

const unhold = 'Turn buffering and compression off for this path; nginx: proxy_buffering off.';

const streams: Step = {
  name: 'streams',
  async run(trial) {
    const answered = await rpc(trial, 'ping').catch(() => undefined);
    const asked = requestOf('', {}, { ...trial, legacy: trial.version.legacy });
    const { 'content-type': _unused, ...headers } = { ...asked.headers };
    const opened = await trial
      .ask(trial.url, {
        headers: { ...headers, accept: 'text/event-stream' },
        headersOnly: true,
        limitMs: streamLimitMs,
      })
      .catch(() => undefined);
    if (!opened) {
      const seconds = streamLimitMs / 1000;
      const detail = `A stream that is opened with GET shows nothing within ${seconds} s.`;
      return [notice(detail, `${unhold} A server without such streams answers 405.`)];
    }
    for (const reply of [answered, opened]) {
      const held = reply && heldBy(reply);
      if (held) return [notice(`An event stream does not come as it was sent: ${held}.`, unhold)];
    }
    const isStream = opened.headers.get('content-type')?.includes('text/event-stream');
    return [well(isStream ? 'a stream opens at once' : `none are offered (${opened.status})`)];
  },
};

export const sessionSteps: readonly Step[] = [handshake, tools, call, streams];

/** Ends the session that the trial began, where the server keeps any. */
export async function endSession(trial: Trial): Promise<void> {
  if (trial.session === undefined) return;
  const { headers = {} } = requestOf('', {}, { ...trial, legacy: trial.version.legacy });
  await trial.ask(trial.url, { method: 'DELETE', headers }).catch(() => undefined);
}
