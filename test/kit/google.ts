// A small Google Workspace of the test's own: mail, events, files and documents that it keeps.
import { type Answer, type Asked, googlePage, type Json, startStandIn } from './stand-in.ts';

const missing: Answer = [404, { error: { code: 404, message: 'Requested entity was not found.' } }];

interface Kept {
  mails: Json[];
  events: Json[];
  files: Json[];
  documents: Map<string, { title: string; text: string }>;
}

function mail({ mails }: Kept, asked: Asked): Answer {
  const { method, path, body } = asked;
  const [, kind, id, verb] = /\/users\/me\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
  if (kind === 'labels') return [200, { labels: [{ id: 'INBOX', name: 'INBOX', type: 'system' }] }];
  if (kind === 'drafts') return [200, { id: 'r1', message: body['message'] }];
  if (method === 'POST' && id === 'send') {
    const text = Buffer.from(body['raw'], 'base64url').toString();
    const [head = '', content = ''] = text.split('\r\n\r\n');
    const headers = head
      .replaceAll('\r\n ', ' ')
      .split('\r\n')
      .map((line) => {
        const [name, value] = line.split(/: (.*)/s);
        return { name, value };
      });
    const plain = Buffer.from(content, 'base64');
    const made = `m${mails.length + 1}`;
    const parts = [{ mimeType: 'text/plain', body: { data: plain.toString('base64url') } }];
    const payload = { mimeType: 'multipart/mixed', headers, parts };
    mails.push({ id: made, threadId: made, snippet: 'x', labelIds: ['SENT'], payload });
    return [200, { id: made, threadId: made, labelIds: ['SENT'] }];
  }
  if (kind === 'threads' && !id) return googlePage(mails, asked, 'threads');
  const found = mails.find((one) => one['id'] === id);
  if (!found) return missing;
  if (kind === 'threads') return [200, { id, messages: [found] }];
  if (verb === 'modify') found['labelIds'] = [...found['labelIds'], ...body['addLabelIds']];
  if (verb === 'trash') found['labelIds'] = ['TRASH'];
  return [200, found];
}

/** Lists, reads, makes, changes and deletes things at `<folder>` and `<folder>/<id>`. */
function things(all: Json[], asked: Asked, list: string): Answer {
  const { method, path, body } = asked;
  const id = /\/(?:events|files)\/([^/]+)/.exec(path)?.[1];
  if (!id && method === 'GET') return googlePage(all, asked, list);
  if (!id) {
    const made = { id: `x${all.length + 1}`, ...body };
    all.push(made);
    return [200, made];
  }
  const index = all.findIndex((one) => one['id'] === id);
  const found = all[index];
  if (!found) return missing;
  if (path.endsWith('/export')) return [200, `text of ${found['name']}`];
  if (path.endsWith('/permissions')) return [200, { id: 'p1', ...body }];
  if (method === 'PATCH') Object.assign(found, body);
  if (method !== 'DELETE') return [200, found];
  all.splice(index, 1);
  return [204];
}

function docs({ documents }: Kept, { method, path, body }: Asked): Answer {
  const id = /\/v1\/documents\/([^/:]+)/.exec(path)?.[1];
  if (method === 'POST' && !id) {
    const made = `d${documents.size + 1}`;
    documents.set(made, { title: body['title'], text: '\n' });
    return [200, { documentId: made, title: body['title'] }];
  }
  const found = documents.get(id ?? '');
  if (!found) return missing;
  if (method === 'GET') {
    const paragraph = { elements: [{ textRun: { content: found.text } }] };
    return [200, { documentId: id, title: found.title, body: { content: [{ paragraph }] } }];
  }
  const [{ insertText, replaceAllText }] = body['requests'];
  if (insertText) found.text = `${found.text.trimEnd()}${insertText.text}\n`;
  if (!replaceAllText) return [200, { documentId: id, replies: [{}] }];
  const { containsText, replaceText } = replaceAllText;
  const parts = found.text.split(containsText.text);
  found.text = parts.join(replaceText);
  const reply = { replaceAllText: { occurrencesChanged: parts.length - 1 } };
  return [200, { documentId: id, replies: [reply] }];
}

export function startGoogle() {
  const kept: Kept = { mails: [], events: [], files: [], documents: new Map() };
  return startStandIn((asked) => {
    const { path } = asked;
    if (path.startsWith('/gmail/v1/')) return mail(kept, asked);
    if (path.endsWith('/calendarList')) return googlePage([{ id: 'primary' }], asked, 'items');
    if (path.startsWith('/calendar/v3/')) return things(kept.events, asked, 'items');
    if (path.startsWith('/drive/v3/')) return things(kept.files, asked, 'files');
    return path.startsWith('/v1/documents') ? docs(kept, asked) : missing;
  });
}
