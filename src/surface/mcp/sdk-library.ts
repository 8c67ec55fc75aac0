// Resources, prompts and completions on the SDK's side of the endpoint, which answers all of them:
// clients ask for them rarely, so they have no faster way. The library says what is there.
import type * as Sdk from '@modelcontextprotocol/server';
import { AppError, type Log, newId } from '../../base/index.ts';
import type { ClientSide, OpenAsked } from './asking.ts';
import type { Asked, Library, Typed } from './library/index.ts';
import { type Era, isObject, type JsonObject, metaKeys, rpcCodes } from './protocol.ts';

export interface Serving {
  sdk: typeof Sdk;
  server: Sdk.Server;
  era: Era;
  library: Library;
  asked: Asked;
  openAsking: OpenAsked;
  log: Log;
}

const maxCompletions = 100;

type Request = Sdk.ServerContext['mcpReq'];

/** What can be asked of the client: in the stateless era alone, where the request says so. */
export function clientOf(mcpReq: Request): ClientSide | undefined {
  const envelope: JsonObject = { ...mcpReq.envelope };
  const capabilities = envelope[metaKeys.clientCapabilities];
  if (!isObject(capabilities)) return undefined;
  const requestState = mcpReq.requestState();
  return { capabilities, requestState, inputResponses: mcpReq.inputResponses };
}

/** A refusal of the door in the protocol's terms; its code is the status (outside JSON-RPC's). */
function refusalOf(error: unknown, { sdk, log }: Serving): Error {
  if (error instanceof sdk.ProtocolError) return error;
  if (!(error instanceof AppError)) {
    const id = newId();
    log.error('an MCP request failed', { id, error });
    return new sdk.ProtocolError(rpcCodes.internalError, `Something went wrong (${id}).`);
  }
  const { code, status, message, hint } = error;
  const said = `${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`;
  return new sdk.ProtocolError(status === 400 ? rpcCodes.invalidParams : status, said, { code });
}

function typedOf({ ref, argument, context }: Sdk.CompleteRequestParams): Typed {
  return {
    of: ref.type === 'ref/prompt' ? { prompt: ref.name } : { template: ref.uri },
    argument: argument.name,
    value: argument.value,
    given: context?.arguments ?? {},
  };
}

/** Lists have one page: a cursor was never handed out. */
function onePage(sdk: typeof Sdk, params: { cursor?: unknown } | undefined): void {
  if (params?.cursor === undefined) return;
  throw new sdk.ProtocolError(rpcCodes.invalidParams, 'The list has one page; no cursor.');
}

/** The messages of a prompt, or what the client has to answer first. */
async function promptAnswer(
  { sdk, library, asked, openAsking }: Serving,
  { name, arguments: args = {} }: Sdk.GetPromptRequestParams,
  mcpReq: Request,
): Promise<JsonObject> {
  const { call } = asked;
  const { caller, workspace, signal } = call;
  const client = clientOf(mcpReq);
  const bound = { caller, workspace, method: 'prompts/get', name, args };
  const open = client && (await openAsking(client, bound, signal));
  if (open && 'error' in open) throw new sdk.ProtocolError(open.error.code, open.error.message);
  const asking = open && { ...asked, call: { ...call, asking: open.asking } };
  try {
    const messages = await library.prompt(asking ?? asked, name, args);
    if (messages) return { messages: [...messages] };
  } catch (error) {
    const required = await open?.required();
    if (required) return required;
    throw error;
  }
  const said = `There is no prompt "${name.slice(0, 128)}"; prompts/list has them all.`;
  throw new sdk.ProtocolError(rpcCodes.invalidParams, said);
}

type Settled = <Answer>(answer: () => Promise<Answer>) => Promise<Answer>;

function serveResources({ sdk, server, era, library, asked }: Serving, settled: Settled): void {
  server.setRequestHandler('resources/list', ({ params }) =>
    settled(async () => {
      onePage(sdk, params);
      return { resources: [...(await library.resources(asked))] };
    }),
  );
  server.setRequestHandler('resources/templates/list', ({ params }) =>
    settled(async () => {
      onePage(sdk, params);
      return { resourceTemplates: [...(await library.templates(asked))] };
    }),
  );
  server.setRequestHandler('resources/read', ({ params: { uri } }) =>
    settled(async () => {
      const contents = await library.read(asked, uri);
      if (contents) return { contents: [contents] };
      throw new sdk.ResourceNotFoundError(uri, 'Resource not found');
    }),
  );
  if (era === 'modern' || !library.watch) return;
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
    library.watch?.(asked, uri);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', async () => ({}));
}

function servePrompts(serving: Serving, settled: Settled): void {
  const { sdk, server, library, asked } = serving;
  server.setRequestHandler('prompts/list', ({ params }) =>
    settled(async () => {
      onePage(sdk, params);
      const prompts = (await library.prompts(asked)).map((prompt) => ({
        ...prompt,
        arguments: [...prompt.arguments],
      }));
      return { prompts };
    }),
  );
  server.setRequestHandler('prompts/get', ({ params }, { mcpReq }) =>
    settled(async () => (await promptAnswer(serving, params, mcpReq)) as Sdk.GetPromptResult),
  );
}

function serveCompletions({ sdk, server, library, asked }: Serving, settled: Settled): void {
  server.setRequestHandler('completion/complete', ({ params }) =>
    settled(async () => {
      const found = await library.complete(asked, typedOf(params));
      if (!found) {
        const said = 'There is no such prompt, template or argument.';
        throw new sdk.ProtocolError(rpcCodes.invalidParams, said);
      }
      const values = found.slice(0, maxCompletions);
      return { completion: { values, total: found.length, hasMore: found.length > values.length } };
    }),
  );
}

/** Registers what the library offers, as far as it is announced, on a server for one request. */
export function serveLibrary(serving: Serving): void {
  const { resources, prompts, completions } = serving.server.getCapabilities();
  const settled: Settled = async (answer) => {
    try {
      return await answer();
    } catch (error) {
      throw refusalOf(error, serving);
    }
  };
  if (resources) serveResources(serving, settled);
  if (prompts) servePrompts(serving, settled);
  if (completions) serveCompletions(serving, settled);
}
