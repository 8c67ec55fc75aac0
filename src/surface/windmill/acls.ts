// `/api/w/{ws}/acls/*`: who may do what with one item, by kind; each kind has its own operations.
import { get, json, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

type Grants = Readonly<Record<string, boolean>>;

/** Windmill's kinds and our domains. Folders and groups are named, items have a path. */
const kinds: readonly [kind: string, domain: string][] = [
  ['script', 'scripts'],
  ['flow', 'flows'],
  ['app', 'apps'],
  ['raw_app', 'apps'],
  ['variable', 'variables'],
  ['resource', 'resources'],
  ['schedule', 'schedules'],
  ['http_trigger', 'httpTriggers'],
  ['folder', 'folders'],
  ['group_', 'groups'],
];

const named = new Set(['folders', 'groups']);

function itemOf(request: WireRequest, domain: string): Record<string, string> {
  return named.has(domain) ? { name: request.path() } : { path: request.path() };
}

function rowsOf([kind, domain]: [string, string]): Row[] {
  const acls = 'w/:workspace/acls';
  return [
    get({
      path: `${acls}/get/${kind}/*`,
      operation: `${domain}.get`,
      input: (request) => itemOf(request, domain),
      answer: json(({ extraPerms }: { extraPerms: Grants }) => extraPerms),
    }),
    post({
      path: `${acls}/add/${kind}/*`,
      operation: `${domain}.share`,
      input: (request) => {
        const { owner, write } = request.fields();
        const access = write === true ? 'write' : 'read';
        return { ...itemOf(request, domain), principal: owner, access };
      },
      answer: text(() => 'Successfully added granular acl'),
    }),
    post({
      path: `${acls}/remove/${kind}/*`,
      operation: `${domain}.share`,
      input: (request) => {
        const { owner } = request.fields();
        return { ...itemOf(request, domain), principal: owner, access: 'none' };
      },
      answer: text(() => 'Successfully removed granular acl'),
    }),
  ];
}

export const aclRows: readonly Row[] = kinds.flatMap(rowsOf);
