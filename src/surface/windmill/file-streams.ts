// Bytes of stored files in and out, as streams: Windmill's uploads, downloads and signed links.
// Each is a call of an operation that says who may, and then the bytes.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { FileBytes } from '../../engine/index.ts';
import { present } from './fields.ts';
import { type WireRequest, wireRequest, type WireRequestDeps } from './wire-request.ts';

export interface FileStreamsDeps extends WireRequestDeps {
  files: FileBytes;
  /** Calls an operation of the workspace in the address. */
  invoke: (
    request: FastifyRequest,
    reply: FastifyReply,
    ask: { name: string; input: () => unknown },
  ) => Promise<unknown>;
  /** Reads what is left of a refused body, within bounds, so that its sender hears the refusal. */
  drain: (request: FastifyRequest) => Promise<void>;
}

/** The output of `files.get` and `files.open`. */
export interface Opened {
  key: string;
  sizeBytes: number;
  contentType: string;
  contentDisposition: string | null;
  sha256: string;
  content: string;
}

/** Where a file is said to be: the names that are not the workspace's own storage are refused. */
export const placeOf = ({ query }: WireRequest) =>
  present({ storage: query.text('storage'), s3ResourcePath: query.text('s3_resource_path') });

/** A required value of the query. */
export function required({ query }: WireRequest, name: string): string {
  const value = query.text(name);
  if (value !== undefined) return value;
  throw new AppError('invalid_input', `The query value ${name} is missing.`);
}

async function upload(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: FileStreamsDeps,
): Promise<FastifyReply> {
  const wire = wireRequest(request, deps);
  const { query } = wire;
  try {
    const started = (await deps.invoke(request, reply, {
      name: 'files.startUpload',
      input: () => ({
        ...present({ key: query.text('file_key'), ending: query.text('file_extension') }),
        ...placeOf(wire),
      }),
    })) as { key: string; upload: string };
    await deps.files.receive(started.upload, request.raw);
    await deps.invoke(request, reply, {
      name: 'files.finishUpload',
      input: () => ({
        ...started,
        ...present({
          contentType: query.text('content_type'),
          contentDisposition: query.text('content_disposition'),
        }),
      }),
    });
    return await reply.send({ file_key: started.key });
  } catch (error) {
    await deps.drain(request);
    throw error;
  }
}

type Range = { from: number; to: number } | 'unsatisfiable' | undefined;

/** One range of bytes (RFC 9110 section 14); others than one are answered with the whole file. */
function rangeOf(header: string | undefined, sizeBytes: number): Range {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!found) return undefined;
  const [, first = '', last = ''] = found;
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return from < to ? { from, to } : 'unsatisfiable';
}

/**
 * A stored file is no page of ours: without this its scripts could use the visitor's session,
 * because they come from the same origin.
 */
const confined = { 'content-security-policy': 'sandbox' };

/** Answers the file, or the range of it that is asked for. */
export function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  {
    file,
    bytes,
    headers = confined,
  }: { file: Opened; bytes: FileBytes['bytes']; headers?: Readonly<Record<string, string>> },
): FastifyReply {
  const { sizeBytes, sha256 } = file;
  const etag = `"${sha256}"`;
  void reply.headers({
    ...headers,
    'accept-ranges': 'bytes',
    etag,
    'content-type': file.contentType,
    ...(file.contentDisposition === null ? {} : { 'content-disposition': file.contentDisposition }),
  });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const range = rangeOf(request.headers.range, sizeBytes);
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${sizeBytes}`).send();
  }
  const { from, to } = range ?? { from: 0, to: sizeBytes };
  if (range) void reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${sizeBytes}`);
  void reply.header('content-length', String(to - from));
  const pieces = bytes(file.content, { from, to });
  return reply.send(Readable.from(pieces, { objectMode: false }));
}

async function download(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: FileStreamsDeps,
): Promise<FastifyReply> {
  const wire = wireRequest(request, deps);
  const file = (await deps.invoke(request, reply, {
    name: 'files.get',
    input: () => ({ key: required(wire, 'file_key'), ...placeOf(wire) }),
  })) as Opened;
  return sendFile(request, reply, { file, bytes: deps.files.bytes });
}

/** By a link of `apps/sign_s3_objects`: it is the right. */
async function openLink(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: FileStreamsDeps,
): Promise<FastifyReply> {
  const wire = wireRequest(request, deps);
  const file = (await deps.invoke(request, reply, {
    name: 'files.open',
    input: () => ({
      key: wire.path(),
      storage: wire.param('storage'),
      endsAtS: wire.query.whole('exp') ?? 0,
      signature: wire.query.text('sig') ?? '',
    }),
  })) as Opened;
  return sendFile(request, reply, { file, bytes: deps.files.bytes });
}

/** The routes as a Fastify plugin; their bodies are left to them as streams. */
export function fileStreams(deps: FileStreamsDeps) {
  return async function routes(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const helpers = '/api/w/:workspace/job_helpers';
    app.post(
      `${helpers}/upload_s3_file`,
      // The store counts the bytes as they come.
      { bodyLimit: Number.MAX_SAFE_INTEGER },
      (request, reply) => upload(request, reply, deps),
    );
    app.get(`${helpers}/download_s3_file`, (request, reply) => download(request, reply, deps));
    app.get('/api/w/:workspace/s3_proxy/:storage/*', (request, reply) =>
      openLink(request, reply, deps),
    );
  };
}
