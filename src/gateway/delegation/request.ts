// A token exchange as it comes in (RFC 8693 section 2.1): every field looked at, nothing looked up.
import { parse } from 'yaml';
import { type DeclaredServices, readServices } from '../../engine/index.ts';
import { refusal } from '../reasons.ts';
import type { JobOrigin } from './run.ts';

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const subjectTypes = [
  'urn:windmill:params:oauth:token-type:job_token',
  'urn:ietf:params:oauth:token-type:jwt',
];
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** How the client says who it is. */
export type ClientProof =
  | { kind: 'secret'; id: string; secret: string }
  | { kind: 'key'; id: string | undefined; assertion: string };

export interface ExchangeRequest {
  subjectToken: string;
  /** Null: only for flows of the own engine, whose job token says enough. */
  proof: ClientProof | null;
  /** The least that is asked for; undefined: all that is declared. */
  wanted: DeclaredServices | undefined;
  instance: string | undefined;
  /** What the caller says of itself: it must fit what is found. */
  jobId: string | undefined;
  flowPath: string | undefined;
  nonce: string | undefined;
  /** The job file that a reader flow exchanges for. */
  job: JobOrigin | undefined;
}

/** May be said more than once; each must be us (RFC 8693 section 2.1). */
const repeatable = new Set(['resource', 'audience']);

const malformed = (message: string, hint?: string) =>
  refusal('request_malformed', message, hint === undefined ? {} : { hint });

function assertOnce(form: URLSearchParams): void {
  for (const name of new Set(form.keys())) {
    if (repeatable.has(name) || form.getAll(name).length === 1) continue;
    throw malformed(`${name.slice(0, 40)} is there more than once.`);
  }
}

/** A value without value counts as left out (RFC 6749 section 3.2). */
function valueOf(form: URLSearchParams, name: string, most = 4096): string | undefined {
  const value = form.get(name);
  if (value === null || value === '') return undefined;
  if (value.length <= most && !value.includes('\0')) return value;
  throw malformed(`${name} is longer than ${most} characters.`);
}

function decoded(part: string): string {
  try {
    // RFC 6749 section 2.3.1: both are form-encoded inside.
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw refusal('client_unknown', 'The Authorization header is not well formed.');
  }
}

function basicProof(header: string): ClientProof {
  const credentials = /^Basic +([A-Za-z0-9+/=_-]{1,4096})$/i.exec(header.trim())?.[1];
  const text = credentials && Buffer.from(credentials, 'base64').toString();
  const at = text ? text.indexOf(':') : -1;
  if (!text || at < 1) {
    throw refusal('client_unknown', 'The Authorization header holds no client id and secret.', {
      hint: 'Send `Authorization: Basic <base64 of id:secret>`.',
    });
  }
  return { kind: 'secret', id: decoded(text.slice(0, at)), secret: decoded(text.slice(at + 1)) };
}

function proofOf(form: URLSearchParams, authorization: string | undefined): ClientProof | null {
  const assertion = valueOf(form, 'client_assertion', 16_384);
  const type = valueOf(form, 'client_assertion_type');
  const id = valueOf(form, 'client_id');
  if (form.has('client_secret')) {
    throw refusal('client_unknown', 'A secret is taken in the Authorization header alone.', {
      hint: 'Send `Authorization: Basic <base64 of id:secret>` (client_secret_basic).',
    });
  }
  if (assertion !== undefined && authorization !== undefined) {
    throw malformed('The client proves itself twice.', 'Send the header or client_assertion.');
  }
  if ((assertion === undefined) !== (type === undefined) || (type && type !== assertionType)) {
    throw malformed('client_assertion does not go with its type.', `The type is ${assertionType}.`);
  }
  if (assertion !== undefined) return { kind: 'key', id, assertion };
  if (authorization === undefined) return null;
  const proof = basicProof(authorization);
  if (id === undefined || id === proof.id) return proof;
  throw malformed('client_id and the Authorization header name different clients.');
}

function assertTypes(form: URLSearchParams): void {
  const subject = valueOf(form, 'subject_token_type');
  if (subject === undefined) {
    throw malformed('subject_token_type is missing.', `It is ${subjectTypes.join(' or ')}.`);
  }
  if (!subjectTypes.includes(subject)) {
    throw malformed('This subject_token_type is not taken.', `It is ${subjectTypes.join(' or ')}.`);
  }
  const requested = valueOf(form, 'requested_token_type');
  if (requested !== undefined && requested !== accessTokenType) {
    throw malformed('This requested_token_type is not given.', `It is ${accessTokenType}.`);
  }
  if (form.has('actor_token') || form.has('actor_token_type')) {
    throw malformed('actor_token is not taken.', 'The job that the subject_token is of acts.');
  }
}

function assertTarget(form: URLSearchParams, origin: string): void {
  const targets = [...form.getAll('resource'), ...form.getAll('audience')].filter(Boolean);
  const ours = (target: string): boolean =>
    target.replace(/\/$/, '') === origin || target.replace(/\/$/, '') === `${origin}/mcp`;
  if (targets.every(ours)) return;
  throw refusal('audience_unknown', 'This resource or audience is not here.', {
    hint: `It is ${origin}/mcp, or left out.`,
  });
}

/** `jira:read slack:write`. */
function servicesInScope(scope: string): DeclaredServices {
  const listed: Record<string, string[]> = {};
  for (const one of scope.split(' ').filter(Boolean)) {
    const [name = '', cls = '', ...rest] = one.split(':');
    if (rest.length > 0) throw refusal('declaration_invalid', `"${one.slice(0, 80)}" is no scope.`);
    (listed[name] ??= []).push(cls);
  }
  return assertRead(listed, 'scope');
}

function assertRead(given: unknown, what: string): DeclaredServices {
  const { services, problems } = readServices(given);
  const [first] = problems;
  if (!first) return services;
  throw refusal('declaration_invalid', `${what}: ${first.message}.`, {
    hint: 'A service and a class, such as jira:read.',
  });
}

function wantedOf(form: URLSearchParams): DeclaredServices | undefined {
  const scope = valueOf(form, 'scope');
  const block = valueOf(form, 'gateway_services', 16_384);
  if (scope !== undefined && block !== undefined) {
    throw malformed('There is scope and gateway_services.', 'Send one of them.');
  }
  if (scope !== undefined) return servicesInScope(scope);
  if (block === undefined) return undefined;
  let given: unknown;
  try {
    given = parse(block, { maxAliasCount: 0, merge: false, uniqueKeys: true });
  } catch {
    throw refusal('declaration_invalid', 'gateway_services is neither JSON nor YAML.');
  }
  return assertRead(given, 'gateway_services');
}

/** Who asks, of a form with a token; null: nobody says. Throws refusals alone. */
export function readProof(
  form: URLSearchParams,
  authorization: string | undefined,
): ClientProof | null {
  assertOnce(form);
  return proofOf(form, authorization);
}

/**
 * Of a job file: all, or none; the branch may be left out. An address with a password would end up
 * in audit rows. No `#`, `:` and `@` in a branch: what a grant is for can be read one way alone.
 */
const jobFields = {
  job_repository:
    /^(?:(?:https?|ssh|git|file):\/\/(?:git@)?|git@|\/)(?!\S*[@#])[\x21-\x7e]{1,290}$/,
  job_branch: /^(?:(?!.*\.\.)[A-Za-z0-9_][\w.+/-]{0,199})?$/,
  job_name: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  job_commit: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  job_hash: /^[0-9a-f]{64}$/,
} as const;

function jobOf(form: URLSearchParams): JobOrigin | undefined {
  const given = Object.keys(jobFields).filter((name) => valueOf(form, name, 300) !== undefined);
  if (given.length === 0) return undefined;
  const values = Object.entries(jobFields).map(([field, shape]) => {
    const value = valueOf(form, field, 300) ?? '';
    if (shape.test(value)) return value;
    throw malformed(
      `${field} is ${value === '' ? 'missing' : 'not well formed'}.`,
      'A job file is named by the address of its repository without credentials, its branch ' +
        '(left out: the default one), its name, its commit, and the SHA-256 of the file and its ' +
        'program, both in hex.',
    );
  });
  const [repository = '', branch, name = '', commit = '', hash = ''] = values;
  return { repository, branch: branch || undefined, name, commit, hash };
}

/** Throws refusals alone. `origin`: where people reach this server. */
export function readExchange(
  form: URLSearchParams,
  { authorization, origin }: { authorization: string | undefined; origin: string },
): ExchangeRequest {
  assertOnce(form);
  const proof = proofOf(form, authorization);
  const subjectToken = valueOf(form, 'subject_token', 16_384);
  if (subjectToken === undefined) {
    throw malformed('subject_token is missing.', 'It is the token of the job (WM_TOKEN).');
  }
  assertTypes(form);
  assertTarget(form, origin);
  return {
    subjectToken,
    proof,
    wanted: wantedOf(form),
    instance: valueOf(form, 'windmill_instance', 100),
    jobId: valueOf(form, 'job_id', 100),
    flowPath: valueOf(form, 'flow_path', 500),
    nonce: valueOf(form, 'nonce', 200),
    job: jobOf(form),
  };
}
