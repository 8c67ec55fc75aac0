// Google Workspace as a person uses it: mail, events, files and documents, made, read, changed and
// listed in pages; what shares or deletes stays shut until an admin opens it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startGoogle } from '../kit/google.ts';
import type { StandIn } from '../kit/stand-in.ts';
import { type Curated, failures, run, secret, setUp } from './curated.ts';

const start = '2026-11-23T09:00:00+01:00';
const end = '2026-11-23T10:00:00+01:00';
const letter = {
  to: ['ann@example.org'],
  subject: 'Grüße aus Köln\r\nBcc: all@example.org',
  body: 'one\ntwo ✓',
};

describe('google workspace', () => {
  let google: StandIn;
  let it: Curated;

  /** The tables below name real values; one test has the tokens that models see. */
  async function protect(enabled: boolean): Promise<void> {
    const { status, body } = await it.server.op('pii.setSettings', { enabled });
    assert.equal(status, 200, JSON.stringify(body));
  }

  before(async () => {
    google = await startGoogle();
    it = await setUp('google_workspace', google.origin);
    await protect(false);
  });
  after(async () => {
    await it?.stop();
    await google?.stop();
  });

  test('A02 the tools list what people may do, and nothing that shares or deletes', async () => {
    const [read, write] = await it.model.list();
    const reads: string[] = read?.['inputSchema'].properties.action.enum;
    const writes: string[] = write?.['inputSchema'].properties.action.enum;
    assert.ok(reads.length + writes.length >= 10);
    assert.ok(['gmail_search', 'drive_files_list', 'docs_get'].every((one) => reads.includes(one)));
    assert.ok(['drive_files_export', 'docs_create'].every((one) => writes.includes(one)));
    assert.ok(!/drive_delete|drive_share|gmail_trash/.test(writes.join()));
  });

  test('mail is sent as it was written, and its headers cannot be added to', async () => {
    await run(it, 'write', [
      ['gmail_send', letter, { id: 'm1' }],
      ['gmail_send', { ...letter, subject: 'second' }, { id: 'm2' }],
      ['gmail_draft_create', letter, { id: 'r1' }],
      [
        'gmail_labels_change',
        { message_id: 'm1', add: ['STARRED'] },
        { labelIds: ['SENT', 'STARRED'] },
      ],
    ]);
    await run(it, 'read', [
      ['gmail_read', { message_id: 'm1' }, { to: 'ann@example.org', text: 'one\ntwo ✓' }],
      ['gmail_thread_read', { thread_id: 'm2' }, { messages: [{ subject: 'second' }] }],
      ['gmail_search', { query: 'x', limit: 1 }, { threads: [{ id: 'm1' }], next: '1' }],
      ['gmail_search', { query: 'x', next: '1' }, { threads: [{ id: 'm2' }], next: null }],
      ['gmail_labels_list', {}, { labels: [{ id: 'INBOX' }] }],
    ]);
    const sent = google.asked.find(({ path }) => path.endsWith('/send'));
    const raw = Buffer.from(sent?.body['raw'], 'base64url').toString();
    assert.doesNotMatch(raw, /^Bcc/m);
    const words = [...raw.matchAll(/=\?UTF-8\?B\?(.*?)\?=/g)].map(([, word]) => word ?? '');
    const subject = words.map((word) => Buffer.from(word, 'base64').toString()).join('');
    assert.equal(subject, 'Grüße aus Köln Bcc: all@example.org');
  });

  test('a dry run of a mail shows what was written, not how it is encoded', async () => {
    const asked = google.asked.length;
    const result = await it.call('write', 'gmail_send', { ...letter, dry_run: true });
    assert.deepEqual(result.structuredContent.wouldSend.json, letter);
    assert.doesNotMatch(JSON.stringify(result), /raw/);
    assert.equal(google.asked.length, asked);
  });

  test('D01 a recipient may be a token, and only Google sees who it is', async () => {
    await protect(true);
    const read = await it.call('read', 'gmail_read', { message_id: 'm2' });
    const to = read.structuredContent.to;
    assert.match(to, /^⟦EMAIL_\d+:/);
    const mail = { to: [to], subject: 'Re: second', body: `for ${to}` };
    const tried = await it.call('write', 'gmail_send', { ...mail, dry_run: true });
    await run(it, 'write', [['gmail_send', mail, { id: 'm3' }]]);
    const raw = Buffer.from(google.asked.at(-1)?.body['raw'], 'base64url').toString();
    assert.match(raw, /^To: ann@example\.org\r$/m);
    assert.doesNotMatch(JSON.stringify([read, tried]), /ann@example/);
    await protect(false);
  });

  test('events are made, changed, read and listed', async () => {
    const event = { summary: 'Review', start, end };
    await run(it, 'write', [
      ['calendar_event_create', { ...event, attendees: ['bo@example.org'] }, { id: 'x1', start }],
      [
        'calendar_event_create',
        { summary: 'Off', start: '2026-11-24', end: '2026-11-25' },
        { id: 'x2' },
      ],
      ['calendar_event_update', { event_id: 'x1', summary: 'Retro' }, { summary: 'Retro', start }],
      ['calendar_event_update', { event_id: 'x9', summary: 'Retro' }, /not found.*upstream_failed/],
      [
        'calendar_event_create',
        { ...event, start: 'tomorrow' },
        /start: is no time.*invalid_params/,
      ],
    ]);
    await run(it, 'read', [
      ['calendar_events_list', { limit: 1 }, { events: [{ summary: 'Retro' }], next: '1' }],
      [
        'calendar_events_list',
        { next: '1' },
        { events: [{ id: 'x2', start: '2026-11-24' }], next: null },
      ],
      ['calendar_event_get', { event_id: 'x1' }, { attendees: [{ email: 'bo@example.org' }] }],
      ['calendar_calendars_list', {}, { calendars: [{ id: 'primary' }] }],
    ]);
  });

  test('files and documents are made, written, read and listed', async () => {
    await run(it, 'write', [
      ['drive_folder_create', { name: 'Plans' }, { id: 'x1' }],
      ['drive_folder_create', { name: 'More', parent_id: 'x1' }, { id: 'x2' }],
      ['drive_file_update', { file_id: 'x1', name: 'Plan' }, { name: 'Plan' }],
      ['drive_files_export', { file_id: 'x1' }, { format: 'text', text: 'text of Plan' }],
      ['docs_create', { title: 'Notes' }, { documentId: 'd1' }],
      ['docs_append', { document_id: 'd1', text: 'red fox' }, { documentId: 'd1' }],
      ['docs_replace_text', { document_id: 'd1', find: 'red', replace: 'grey' }, { replaced: 1 }],
    ]);
    await run(it, 'read', [
      ['docs_get', { document_id: 'd1' }, { title: 'Notes', text: 'grey fox\n' }],
      ['drive_file_get', { file_id: 'x2' }, { parents: ['x1'] }],
      ['drive_files_list', { limit: 1 }, { files: [{ name: 'Plan' }], next: '1' }],
      ['drive_files_list', { next: '1' }, { files: [{ id: 'x2' }], next: null }],
    ]);
  });

  test('an identifier stays one segment of the path', async () => {
    const asked = google.asked.length;
    for (const id of ['..', '.', 'a/b', 'a\\b', 'a\nb', '', 'x'.repeat(301)]) {
      const result = await it.call('read', 'drive_file_get', { file_id: id });
      assert.equal(result.isError, true, JSON.stringify(id));
      assert.match(result.content[0].text, /file_id/, JSON.stringify(id));
    }
    assert.equal(google.asked.length, asked);
    await it.call('read', 'drive_file_get', { file_id: '%2e%2e?alt=media#x' });
    assert.match(
      google.asked.at(-1)?.line ?? '',
      /^GET \/drive\/v3\/files\/%252e%252e%3Falt%3Dmedia%23x\?fields=/,
    );
  });

  test('C02 sharing and deleting wait for an admin and for the person', async () => {
    const asked = google.asked.length;
    const share = { service: 'google_workspace', action: 'drive_share', params: { file_id: 'x1' } };
    const params = { file_id: 'x1', email: 'eve@example.org' };
    const shut = await it.server.op('services.write', { ...share, params });
    assert.equal(shut.body.error.details.reason_code, 'high_risk_not_enabled');
    await it.open('drive_share');
    const first = await it.call('write', 'drive_share', params);
    const { code } = first.structuredContent.error;
    assert.equal(code, 'confirmation_required');
    assert.equal(google.asked.length, asked);
  });

  test('F04 troubles of Google reach the person, and their key nobody', async () => {
    await failures(it, google, {
      read: ['drive_files_list', {}],
      write: ['docs_create', { title: 'x' }],
    });
    const bearer = google.asked.map(({ headers }) => headers.authorization);
    assert.deepEqual([...new Set(bearer)], [`Bearer ${secret}`]);
  });
});
