// `/api/w/{ws}/job_helpers/*`: stored files, but for their bytes, which are in `file-streams.ts`.
import { AppError } from '../../base/index.ts';
import { placeOf, required } from './file-streams.ts';
import { filled, present } from './fields.ts';
import { get, json, post, remove, type Row } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const helpers = 'w/:workspace/job_helpers';

const byKey = (request: WireRequest) => ({
  key: required(request, 'file_key'),
  ...placeOf(request),
});

interface FileOutput {
  key: string;
  sizeBytes: number;
  contentType: string;
  editedAt: number;
}

const metadata = (file: FileOutput) => ({
  mime_type: file.contentType,
  size_in_bytes: file.sizeBytes,
  last_modified: new Date(file.editedAt).toISOString(),
});

/** Windmill's kinds of previews; base64 is nothing that it shows. */
function preview(file: FileOutput & { text: string; base64: boolean }) {
  if (file.base64) {
    const msg = 'There is no preview of this kind of file; download it.';
    return { msg, content_type: 'Unknown' };
  }
  const isCsv = /^text\/csv\b/.test(file.contentType);
  return { content: file.text, content_type: isCsv ? 'Csv' : 'RawText' };
}

interface Listed {
  files: FileOutput[];
  next: string | null;
}

const fileList = ({ files, next }: Listed) => ({
  ...present({ next_marker: next ?? undefined }),
  windmill_large_files: files.map(({ key }) => ({ s3: key })),
  restricted_access: false,
});

/** `{s3, storage?}` of a body. */
function objectsOf(request: WireRequest): { s3: string; storage?: string }[] {
  const { s3_objects: list } = request.fields();
  const isObject = (each: unknown): boolean =>
    typeof each === 'object' && each !== null && typeof (each as { s3?: unknown }).s3 === 'string';
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new AppError('invalid_input', 's3_objects must be a list of {"s3": "<key>"}.');
}

/** Windmill takes whole seconds between a minute and a week, and corrects what is outside. */
function expiryOf(request: WireRequest): number | undefined {
  const { expiry_secs: said } = request.fields();
  if (typeof said !== 'number' || !Number.isFinite(said)) return undefined;
  return Math.min(604_800, Math.max(60, Math.round(said)));
}

export const fileRows: readonly Row[] = [
  get({
    path: `${helpers}/list_stored_files`,
    operation: 'files.list',
    input: (request) => ({
      ...present({
        prefix: request.query.text('prefix'),
        after: request.query.text('marker'),
        storage: request.query.text('storage'),
      }),
      limit: Math.min(1000, Math.max(1, request.query.whole('max_keys') ?? 1000)),
    }),
    answer: json(fileList),
  }),
  get({
    path: `${helpers}/load_file_metadata`,
    operation: 'files.get',
    input: byKey,
    answer: json(metadata),
  }),
  get({
    path: `${helpers}/load_file_preview`,
    operation: 'files.preview',
    input: (request) => ({
      ...byKey(request),
      ...present({
        fromByte: request.query.whole('read_bytes_from'),
        maxBytes: request.query.whole('read_bytes_length'),
      }),
    }),
    answer: json(preview),
  }),
  remove({
    path: `${helpers}/delete_s3_file`,
    operation: 'files.delete',
    input: byKey,
    answer: json(() => null),
  }),
  post({
    path: `${helpers}/v2/s3_resource_info`,
    operation: 'files.bucketSettings',
    input: (request) => ({
      ...filled({
        s3ResourcePath: request.fields()['s3_resource_path'],
        storage: request.fields()['storage'],
      }),
    }),
    answer: json(),
  }),
  post({
    path: 'w/:workspace/apps/sign_s3_objects',
    operation: 'files.sign',
    input: (request) => ({
      files: objectsOf(request).map(({ s3: key, storage }) => present({ key, storage })),
      ...present({ expiresInS: expiryOf(request) }),
    }),
    answer: json((signed: { key: string; query: string }[]) =>
      signed.map(({ key, query }) => ({ s3: key, presigned: query })),
    ),
  }),
];
