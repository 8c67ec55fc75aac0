// Scripts and flows of Windmill: finding, reading, starting them.
import { z } from 'zod';
import { action } from '../../action.ts';
import { objectOf } from '../shaping.ts';
import { args, listed, ownPage, pages, path, remotePage, told } from './shapes.ts';

const brief = ['path', 'summary', 'description', 'language', 'kind', 'edited_at', 'created_at'];
const beginning = z.string().max(255).optional().describe('beginning of the path, such as f/team/');

function items(kind: 'script' | 'flow') {
  const folder = `${kind}s` as const;
  const read = kind === 'script' ? 'scripts/get/p' : 'flows/get';
  return [
    action({
      name: `list_${folder}`,
      description: `List the ${folder} that you may read.`,
      class: 'read',
      input: { path_start: beginning, ...pages },
      request: ({ path_start: start, ...page }) => ({
        method: 'GET',
        path: `/${folder}/list`,
        query: { path_start: start, ...remotePage(page) },
      }),
      own: ({ path_start: start, ...page }) => ({
        operation: `${folder}.list`,
        input: { ...ownPage(page), ...(start !== undefined && { pathStart: start }) },
      }),
      result: (body, page) => listed(body, { as: folder, fields: brief, page }),
    }),
    action({
      name: `get_${kind}`,
      description: `Read a ${kind} with what it takes.`,
      class: 'read',
      input: { path },
      request: ({ path: where }) => ({ method: 'GET', path: `/${read}/${where}` }),
      own: ({ path: where }) => ({ operation: `${folder}.get`, input: { path: where } }),
      result: (body) => ({ ...told(body, ...brief, 'schema', 'content', 'value') }),
    }),
    action({
      name: `run_${kind}`,
      description: `Start a ${kind}; get_job tells what became of it.`,
      class: 'write',
      input: { path, args: args.default({}).describe('what it takes') },
      restoreIn: ['args'],
      request: ({ path: where, args: given }) => ({
        method: 'POST',
        path: `/jobs/run/${kind === 'script' ? 'p' : 'f'}/${where}`,
        json: given,
      }),
      own: ({ path: where, args: given }) => ({
        operation: kind === 'script' ? 'jobs.run' : 'jobs.runFlow',
        input: { path: where, args: given },
      }),
      result: (body) => ({ job_id: typeof body === 'string' ? body : objectOf(body)['id'] }),
    }),
  ];
}

export const windmillItems = [...items('script'), ...items('flow')];
