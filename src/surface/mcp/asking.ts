// Asking the client in the middle of a call: `call.asking`, for tools, operations and stages.
// Stateless era: `ask` throws, the call ends as `input_required`, and the client sends it again
// with the answer: it runs anew from its beginning, so whoever asks does it before any effect.
// Handshake era, in a session: a request over the call's own stream; `ask` waits for its answer.
import { AppError, type Clock, newId } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import { isObject, type JsonObject, type RpcError, rpcCodes } from './protocol.ts';
import type { Bound, RequestStates, State } from './request-state.ts';

export type Asking = NonNullable<Call['asking']>;
type Question = Parameters<Asking['ask']>[0];
type Answered = Awaited<ReturnType<Asking['ask']>>;
/** A request to the client in its own terms. */
export type ClientRequest = Parameters<Asking['request']>[0][string];

/** A person may be away for a moment; a call must not hang for ever. */
const answerWithinMs = 300_000;

/** A way to send a request to the client of this very call, and to hear its result. */
export type Reach = (request: ClientRequest, signal: AbortSignal) => Promise<JsonObject>;

/** What a request says about the client that sent it. */
export interface ClientSide {
  /** As declared: in the envelope, or at `initialize`. */
  capabilities: JsonObject;
  /** Handshake era: where to send questions. */
  reach?: Reach | undefined;
  /** Stateless era: what the client brings from the round before. */
  requestState?: unknown;
  inputResponses?: unknown;
}

export interface OpenAsking {
  asking: Asking;
  /** What the client has to answer before the call can go on; undefined: nothing. */
  required(): Promise<JsonObject | undefined>;
}

type Answers = Readonly<Record<string, JsonObject>>;
type Requests = Readonly<Record<string, ClientRequest>>;

/** Elicitation without a mode is the form of 2025-06-18. */
function canOf(capabilities: JsonObject): Asking['can'] {
  const { elicitation, sampling, roots } = capabilities;
  const modes = isObject(elicitation) ? elicitation : undefined;
  return {
    form: modes !== undefined && ('form' in modes || !('url' in modes)),
    url: modes !== undefined && 'url' in modes,
    sampling: isObject(sampling),
    roots: isObject(roots),
  };
}

/** Is there anything to ask the client, or its person? Its folders alone are no reason. */
export function canBeAsked(capabilities: JsonObject): boolean {
  const { form, url, sampling } = canOf(capabilities);
  return form || url || sampling;
}

function capabilityOf({ method, params }: ClientRequest): keyof Asking['can'] {
  if (method === 'sampling/createMessage') return 'sampling';
  if (method === 'roots/list') return 'roots';
  return params?.['mode'] === 'url' ? 'url' : 'form';
}

function requestOf(question: Question): ClientRequest {
  const { message } = question;
  const params =
    'url' in question
      ? { mode: 'url', message, url: question.url, elicitationId: newId() }
      : { mode: 'form', message, requestedSchema: question.form };
  return { method: 'elicitation/create', params };
}

function answeredOf(result: JsonObject | undefined): Answered {
  const { action, content } = result ?? {};
  if (action === 'accept') return { action, content: isObject(content) ? content : {} };
  return action === 'decline' || action === 'cancel' ? { action } : { action: 'cannot' };
}

const cannotAsk = (method: string): AppError =>
  new AppError('unprocessable', `The client cannot answer ${method}.`, {
    hint: 'Use a client that declares this capability.',
  });

/** Throws where the client has not said that it can; the askers check `can` before. */
function checkCan(can: Asking['can'], requests: Requests): void {
  for (const request of Object.values(requests)) {
    if (!can[capabilityOf(request)]) throw cannotAsk(request.method);
  }
}

function askBy(can: Asking['can'], request: Asking['request']): Asking['ask'] {
  return async (question) => {
    const wanted = requestOf(question);
    if (!can[capabilityOf(wanted)]) return { action: 'cannot' };
    const results = await request({ [question.key]: wanted });
    return answeredOf(results[question.key]);
  };
}

interface OverStream {
  clock: Clock;
  signal: AbortSignal;
  can: Asking['can'];
  reach: Reach;
}

function overStream({ clock, signal, can, reach }: OverStream): OpenAsking {
  async function request(requests: Requests): Promise<Answers> {
    checkCan(can, requests);
    const late = new AbortController();
    const stopTimer = clock.after(answerWithinMs, () => late.abort());
    const until = AbortSignal.any([signal, late.signal]);
    const entries = Object.entries(requests);
    try {
      const results = entries.map(async ([key, wanted]) => [key, await reach(wanted, until)]);
      return Object.fromEntries(await Promise.all(results)) as Answers;
    } finally {
      stopTimer();
      late.abort();
    }
  }

  const ask = askBy(can, request);
  return {
    asking: {
      can,
      request,
      async ask(question) {
        try {
          return await ask(question);
        } catch (error) {
          if (error instanceof AppError) return { action: 'cannot' };
          throw error;
        }
      },
    },
    required: async () => undefined,
  };
}

interface InRounds {
  can: Asking['can'];
  answers: Answers;
  mint: (state: State) => Promise<string>;
}

function inRounds({ can, answers, mint }: InRounds): OpenAsking {
  const open: Record<string, ClientRequest> = {};
  let once = false;

  async function request(requests: Requests): Promise<Answers> {
    const entries = Object.entries(requests);
    const missing = entries.filter(([key]) => !Object.hasOwn(answers, key));
    if (missing.length === 0) return answers;
    checkCan(can, requests);
    Object.assign(open, Object.fromEntries(missing));
    throw new AppError('canceled', 'The call goes on when the client sends the answer.');
  }

  const ask = askBy(can, request);
  return {
    asking: {
      can,
      request,
      ask: async (question) => {
        once ||= question.once === true;
        return ask(question);
      },
    },
    async required() {
      const asked = Object.keys(open);
      if (asked.length === 0) return undefined;
      const requestState = await mint({ answers, asked, once });
      return { resultType: 'input_required', inputRequests: open, requestState };
    },
  };
}

export interface AskingDeps {
  clock: Clock;
  states: RequestStates;
}

const staleState: RpcError = {
  code: rpcCodes.invalidParams,
  message: 'Invalid or expired requestState: call again without it.',
};

/**
 * What a call may ask; undefined when the client cannot be asked anything, an error of the
 * protocol when it brings a state that is not good for this call.
 */
export type OpenAsked = (
  client: ClientSide,
  bound: Bound,
  signal: AbortSignal,
) => Promise<OpenAsking | undefined | { error: RpcError }>;

export function createAsking({ clock, states }: AskingDeps): OpenAsked {
  return async (client, bound, signal) => {
    const { capabilities, reach, requestState, inputResponses } = client;
    const can = canOf(capabilities);
    if (reach) return overStream({ clock, signal, can, reach });
    if (requestState === undefined) {
      if (!Object.values(can).some(Boolean)) return undefined;
      return inRounds({ can, answers: {}, mint: (state) => states.mint(state, bound) });
    }
    const state =
      typeof requestState === 'string' ? await states.redeem(requestState, bound) : undefined;
    if (!state) return { error: staleState };
    const given = isObject(inputResponses) ? Object.entries(inputResponses) : [];
    const fresh = given.filter(([key, value]) => state.asked.includes(key) && isObject(value));
    const answers = { ...state.answers, ...(Object.fromEntries(fresh) as Answers) };
    return inRounds({ can, answers, mint: (next) => states.mint(next, bound) });
  };
}
