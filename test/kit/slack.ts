// A small Slack of the test's own: one channel, whose messages it keeps. As the real one it answers
// 200 to everything.
import { type Answered, type Json, pageOf, startUpstream, type Upstream } from './upstream.ts';

const ann = { id: 'U1', name: 'ann', profile: { email: 'ann@example.com' } };

export async function startSlack(): Promise<Upstream> {
  const messages: Json[] = [];
  const refused = (error: string): Answered => [200, { ok: false, error }];
  const ok = (body: object = {}): Answered => [200, { ok: true, ...body }];
  const isRoom = (room: unknown): boolean => room === 'C1';
  const find = (ts: unknown): Json | undefined => messages.find((one) => one['ts'] === ts);
  const cursor = (next: number | undefined) => ({
    response_metadata: { next_cursor: next === undefined ? '' : String(next) },
  });

  return startUpstream(
    {
      'POST /chat.postMessage': ({ body }) => {
        if (!isRoom(body?.['channel'])) return refused('channel_not_found');
        const ts = `170000000${messages.length}.000100`;
        messages.push({ ts, user: 'U1', text: body?.['text'], thread_ts: body?.['thread_ts'] });
        return ok({ channel: 'C1', ts });
      },
      'POST /chat.update': ({ body }) => {
        const found = find(body?.['ts']);
        if (!found) return refused('message_not_found');
        found['text'] = body?.['text'];
        return ok({ channel: 'C1', ts: found['ts'] });
      },
      'POST /chat.delete': ({ body }) => {
        const found = find(body?.['ts']);
        if (!found) return refused('message_not_found');
        messages.splice(messages.indexOf(found), 1);
        return ok({ channel: 'C1', ts: found['ts'] });
      },
      'POST /reactions.add': ({ body }) => {
        const found = find(body?.['timestamp']);
        if (!found) return refused('message_not_found');
        found['reactions'] = [{ name: body?.['name'], count: 1, users: ['U1'] }];
        return ok();
      },
      'GET /conversations.history': ({ url }) => {
        if (!isRoom(url.searchParams.get('channel'))) return refused('channel_not_found');
        const from = Number(url.searchParams.get('cursor') ?? 0);
        const size = Number(url.searchParams.get('limit'));
        const { items, next } = pageOf(messages.toReversed(), from, size);
        return ok({ messages: items, ...cursor(next) });
      },
      'GET /conversations.list': () =>
        ok({ channels: [{ id: 'C1', name: 'general', topic: { value: 'news' } }], ...cursor(0) }),
      'GET /users.info': () => ok({ user: ann }),
      'GET /users.lookupByEmail': ({ url }) =>
        url.searchParams.get('email') === ann.profile.email
          ? ok({ user: ann })
          : refused('users_not_found'),
    },
    refused('unknown_method'),
  );
}
