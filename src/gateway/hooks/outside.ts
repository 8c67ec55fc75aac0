// Hooks that are code elsewhere: a deployed script or a webhook. They are asked with one body and
// may answer in one shape only; anything else is a failure of the hook, never a change of the call.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { AppError, type Clock, sameSecret } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import type { Phase } from './definition.ts';
import { isReserved } from './field.ts';
import { type Answer, followUp, maxFollowUps, silence } from './step.ts';

const maxAnswerBytes = 1_048_576;
const maxSkewMs = 300_000;

const text = (most: number) => z.string().max(most);
const answerShape = z.strictObject({
  decision: z.enum(['allow', 'deny', 'modify', 'confirm', 'warn']),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.unknown().optional(),
  reason: text(1000).optional(),
  instructions: z.union([text(4000), z.array(text(4000)).max(10)]).optional(),
  follow_ups: z.array(followUp).max(maxFollowUps).optional(),
});

const nonsense = (why: string): AppError =>
  new AppError('unprocessable', `The hook answered what is no answer: ${why}.`, {
    hint: 'docs/how-to/hooks.md has the shape of an answer.',
  });

/** `said` as an answer in `phase`. Throws `unprocessable` for anything that is none. */
export function readAnswer(said: unknown, phase: Phase): Answer {
  const read = answerShape.safeParse(said);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = issue?.path.join('.') ?? '';
    throw nonsense(`${at === '' ? '' : `${at}: `}${issue?.message ?? 'it is empty'}`);
  }
  const { decision, params, result, reason = 'no reason given', follow_ups: next } = read.data;
  const { instructions = [] } = read.data;
  const changes = phase === 'before' ? params !== undefined : result !== undefined;
  const other = phase === 'before' ? result !== undefined : params !== undefined;
  if (other || changes !== (decision === 'modify')) {
    const what = phase === 'before' ? 'params' : 'result';
    throw nonsense(`in the phase ${phase}, modify and ${what} belong together`);
  }
  const taken = Object.keys(params ?? {}).find(isReserved);
  if (taken !== undefined) throw nonsense(`no hook changes ${taken}`);
  if (decision === 'confirm' && phase !== 'before')
    throw nonsense('confirm is for the phase before');
  if (next && phase !== 'after') throw nonsense('follow_ups are for the phase after');
  return {
    ...silence(),
    ...(decision === 'deny' && { deny: reason }),
    ...(decision === 'confirm' && { confirm: reason }),
    ...(decision === 'warn' && { warnings: [reason] }),
    ...(params && { params }),
    ...(phase === 'after' && changes && { result: { value: result } }),
    notes: typeof instructions === 'string' ? [instructions] : instructions,
    followUps: next ?? [],
  };
}

const signed = (secret: string, parts: readonly string[]): string =>
  `sha256=${createHmac('sha256', secret).update(parts.join('.')).digest('hex')}`;

interface Sending {
  url: string;
  secret: string;
  signal: AbortSignal;
}

export function createWebhooks({ egress, clock }: { egress: Pick<Egress, 'fetch'>; clock: Clock }) {
  async function post(body: string, { url, secret, signal }: Sending) {
    const timestamp = String(clock.now());
    const signature = signed(secret, [timestamp, body]);
    const response = await egress.fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-millrace-timestamp': timestamp,
        'x-millrace-signature': signature,
      },
      body,
      signal,
    });
    if (response.ok) return { response, signature };
    await response.body?.cancel();
    throw new AppError('unavailable', `The webhook answered with the status ${response.status}.`);
  }

  /**
   * An answer is signed over its own time, the signature of the request and its body: it cannot be
   * the answer to another request. Over TLS it need not be signed, but what is has to be right.
   */
  function assertSigned(response: Response, { url, secret }: Sending, parts: [string, string]) {
    const signature = response.headers.get('x-millrace-signature');
    const timestamp = response.headers.get('x-millrace-timestamp') ?? '';
    if (signature === null && url.startsWith('https:')) return;
    const isFresh = Math.abs(clock.now() - Number(timestamp)) <= maxSkewMs;
    const expected = signed(secret, [timestamp, ...parts]);
    if (timestamp !== '' && isFresh && signature !== null && sameSecret(signature, expected))
      return;
    throw new AppError('unprocessable', 'The answer of the webhook is not signed as it must be.', {
      hint: 'Sign with the secret of the hook, see docs/how-to/hooks.md, or answer over https.',
    });
  }

  return {
    /** What it answered, as JSON. Throws for everything else, a wrong signature before all. */
    async ask(payload: unknown, sending: Sending): Promise<unknown> {
      const { response, signature } = await post(JSON.stringify(payload), sending);
      const body = await readText(response, maxAnswerBytes);
      assertSigned(response, sending, [signature, body]);
      try {
        return JSON.parse(body);
      } catch {
        throw nonsense('it is not JSON');
      }
    },

    /** Sends without caring for the answer. */
    async tell(payload: unknown, sending: Sending): Promise<void> {
      const { response } = await post(JSON.stringify(payload), sending);
      await response.body?.cancel();
    },
  };
}

export type Webhooks = ReturnType<typeof createWebhooks>;
