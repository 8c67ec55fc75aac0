// `/api/w/{ws}/inputs/*`: saved inputs, and those of earlier runs.
import { AppError } from '../../base/index.ts';
import type { JobOutput } from '../shapes/index.ts';
import { paging, present } from './fields.ts';
import { get, json, jsonRows, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const inputs = 'w/:workspace/inputs';

interface InputOutput {
  id: string;
  name: string;
  createdBy: string;
  createdAt: number;
  isPublic: boolean;
}

const timeOf = (at: number): string => new Date(at).toISOString();

const savedShape = (row: InputOutput) => ({
  id: row.id,
  name: row.name,
  created_by: row.createdBy,
  created_at: timeOf(row.createdAt),
  is_public: row.isPublic,
});

/** A run has no name; Windmill shows who started it. */
const runShape = (job: JobOutput) => ({
  id: job.id,
  name: job.createdBy,
  created_by: job.createdBy,
  created_at: timeOf(job.createdAt),
  is_public: true,
  success: job.success ?? false,
});

const types = new Map([
  ['ScriptHash', { kind: 'script', by: 'hash' }],
  ['ScriptPath', { kind: 'script', by: 'path' }],
  ['FlowPath', { kind: 'flow', by: 'path' }],
] as const);

function runnableOf({ query }: WireRequest): { kind: 'script' | 'flow'; by: string; id: string } {
  const type = query.text('runnable_type') ?? '';
  const known = [...types].find(([name]) => name === type)?.[1];
  const id = query.text('runnable_id');
  if (known && id !== undefined) return { ...known, id };
  throw new AppError('invalid_input', 'Inputs belong to a script or a flow.', {
    hint: 'Give runnable_id, and runnable_type: ScriptHash, ScriptPath or FlowPath.',
  });
}

function runnableInput(request: WireRequest): Record<string, unknown> {
  const { kind, by, id } = runnableOf(request);
  return { kind, [by]: id };
}

function historyInput(request: WireRequest): Record<string, unknown> {
  const { kind, by, id } = runnableOf(request);
  const previews = request.query.flag('include_preview') === true;
  const preview = kind === 'flow' ? 'flowpreview' : 'preview';
  return {
    ...paging(request),
    ...(by === 'hash' ? { scriptHash: id } : { scriptPathExact: id }),
    jobKinds: previews ? [kind, preview] : [kind],
    ...present({ args: request.query.json('args') }),
  };
}

export const inputRows: readonly Row[] = [
  get({
    path: `${inputs}/history`,
    operation: 'jobs.listCompleted',
    input: historyInput,
    answer: jsonRows(runShape),
  }),
  get({
    path: `${inputs}/list`,
    operation: 'inputs.list',
    input: (request) => ({ ...paging(request), ...runnableInput(request) }),
    answer: jsonRows(savedShape),
  }),
  get({
    path: `${inputs}/:id/args`,
    operation: 'inputs.args',
    input: (request) => ({
      id: request.param('id'),
      ...present({ saved: request.query.flag('input') }),
    }),
    answer: json(),
  }),
  post({
    path: `${inputs}/create`,
    operation: 'inputs.create',
    input: (request) => {
      const { name, args } = request.fields();
      return { ...runnableInput(request), name, args };
    },
    answer: text(({ id }: { id: string }) => id, 201),
  }),
  post({
    path: `${inputs}/update`,
    operation: 'inputs.update',
    input: (request) => {
      const { id, name, is_public: isPublic } = request.fields();
      return { id, name, isPublic };
    },
    answer: text(({ id }: { id: string }) => id),
  }),
  post({
    path: `${inputs}/delete/:id`,
    operation: 'inputs.delete',
    input: (request) => ({ id: request.param('id') }),
    answer: text(({ id }: { id: string }) => id),
  }),
];
