// Stored files, and the id token of a job.
import assert from 'node:assert/strict';
import type { Known, Row } from './row.ts';

const fileKey = 'f/team/a.csv';
const bucket = {
  bucket: 'b',
  region: 'r',
  endPoint: 's3.example.com',
  useSSL: true,
  pathStyle: false,
};

/** The call from inside a job, because nobody else has an id token. */
async function fromJob({ audience }: { audience: string }, { ask }: Known): Promise<unknown> {
  const content = `export async function main() {
    const { BASE_INTERNAL_URL: base, WM_TOKEN: token } = process.env;
    const headers = { authorization: 'Bearer ' + token };
    const at = base + '/api/w/test/oidc/token/${audience}';
    return (await fetch(at, { method: 'POST', headers })).text();
  }`;
  const requestBody = { language: 'bun', content, args: {} };
  return ask('JobService.runScriptPreviewAndWaitResult', { requestBody });
}

export const fileRows: readonly Row[] = [
  {
    call: 'HelpersService.fileUpload',
    sends: { fileKey, requestBody: new Blob(['a,b\n1,2\n']) },
    is: { file_key: fileKey },
  },
  {
    call: 'HelpersService.listStoredFiles',
    sends: { maxKeys: 5, prefix: 'f/team/' },
    is: { windmill_large_files: [{ s3: fileKey }] },
  },
  {
    call: 'HelpersService.loadFileMetadata',
    sends: { fileKey },
    is: { mime_type: 'text/csv; charset=utf-8', size_in_bytes: 8 },
  },
  {
    call: 'HelpersService.loadFilePreview',
    sends: { fileKey, readBytesFrom: 4, readBytesLength: 3 },
    is: { content: '1,2', content_type: 'Csv' },
  },
  {
    call: 'HelpersService.fileDownload',
    sends: { fileKey },
    is: 'a,b\n1,2\n',
  },
  {
    call: 'AppService.signS3Objects',
    sends: { requestBody: { s3_objects: [{ s3: fileKey }] } },
    is: ([signed]: any[]) => assert.match(signed.presigned, /^exp=\d+&sig=[0-9a-f]{64}$/),
  },
  { call: 'HelpersService.deleteS3File', sends: { fileKey } },
  {
    call: 'HelpersService.s3ResourceInfo',
    async sends({ ask }: Known) {
      const path = 'f/team/bucket';
      const requestBody = { path, resource_type: 's3', value: bucket };
      await ask('ResourceService.createResource', { requestBody });
      return { requestBody: { s3_resource_path: path } };
    },
    is: bucket,
  },
  { call: 'SettingService.getSecondaryStorageNames', sends: {}, is: [] },
  {
    call: 'OidcService.getOidcToken',
    sends: { audience: 'aud' },
    through: fromJob,
    is: /^[\w-]+\.[\w-]+\.[\w-]+$/,
  },
];
