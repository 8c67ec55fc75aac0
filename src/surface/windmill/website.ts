// HTTP routes that answer stored files: one file, or the files of a folder as a website. Read with
// the rights of the route's owner; strangers learn no key.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { FileBytes, Routes } from '../../engine/index.ts';
import { type Opened, sendFile } from './file-streams.ts';

type Found = NonNullable<ReturnType<Routes['find']>>;

/** Its scripts run, but in an origin of its own: they have no part in a visitor's session. */
const confined = {
  'content-security-policy': 'sandbox allow-downloads allow-forms allow-popups allow-scripts',
};

/** Modules and fonts of a page with an origin of its own come only with leave. */
const forAll = { 'access-control-allow-origin': '*' };

const noFile = (): AppError => new AppError('not_found', 'Not found: there is no such file here.');

/** The key that the address means; undefined when a website is asked for without its slash. */
function keyOf({ trigger, params }: Found, isFolder: boolean): string | undefined {
  const { staticKey: key, isWebsite } = trigger;
  if (key === null) throw new Error('the route answers no files');
  if (!isWebsite) return key;
  const file = params['websiteFile'];
  if (file === undefined) return isFolder ? `${key}/index.html` : undefined;
  return `${key}/${file}${isFolder ? '/index.html' : ''}`;
}

/** Answers the file that the address names. */
export async function serveFiles(
  request: FastifyRequest,
  reply: FastifyReply,
  how: {
    found: Found;
    isFolder: boolean;
    bytes: FileBytes['bytes'];
    /** Calls an operation as the owner of the route. */
    ask: (operation: string, input: object) => Promise<unknown>;
  },
): Promise<FastifyReply> {
  const { found, isFolder, bytes, ask } = how;
  const key = keyOf(found, isFolder);
  if (key === undefined) {
    // Without the slash the addresses in its pages would mean something else.
    const [address = ''] = (request.raw.url ?? '').split('?', 1);
    return reply
      .code(302)
      .header('location', `${address.split('/').at(-1)}/`)
      .send();
  }
  const file = await ask('files.get', { key }).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noFile() : error;
  });
  const isOpen = found.trigger.authenticationMethod === 'none';
  const headers = { ...confined, ...(isOpen ? forAll : {}) };
  return sendFile(request, reply, { file: file as Opened, bytes, headers });
}
