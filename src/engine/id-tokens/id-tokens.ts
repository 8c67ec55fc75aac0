// Id tokens of jobs (OpenID Connect): a job shows one to a cloud, which so knows which script runs
// for whom, and needs no password. Claims and addresses are those of Windmill.
import { SignJWT } from 'jose';
import { AppError, newId } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import { selectJobAndFlows } from './id-tokens.sql.ts';
import { algorithm, createSigningKeys, type SigningKeysDeps } from './signing-keys.ts';

export interface IdTokensDeps extends SigningKeysDeps {
  /** The public address of this installation. */
  origin: () => string;
}

interface Link {
  kind: string;
  path: string | null;
}

/** Kinds of jobs that run what stands at their path, and nothing that somebody brought along. */
const deployed: ReadonlySet<string> = new Set(['script', 'flow', 'appscript']);

/**
 * What a job may say that it runs. A preview names any path it likes, so its path proves nothing
 * and is left out; code inside a flow counts only when the outermost flow is a deployed one.
 */
function pathsOf(chain: readonly Link[]): { path: string; flowPath: string } {
  const [job] = chain;
  const outermost = chain.length > 1 ? chain.at(-1) : undefined;
  const inFlow = outermost?.kind === 'flow';
  const proven = job !== undefined && (deployed.has(job.kind) || inFlow);
  return {
    path: proven ? (job.path ?? '') : '',
    flowPath: inFlow ? (outermost.path ?? '') : '',
  };
}

export type IdTokens = ReturnType<typeof createIdTokens>;

export function createIdTokens(deps: IdTokensDeps) {
  const { db, clock, origin } = deps;
  const keys = createSigningKeys(deps);
  const issuer = (): string => `${origin()}/api/oidc/`;

  return {
    /** A token of the calling job for `audience`, good for `lifeS` seconds. */
    async create(
      call: Call,
      { audience, lifeS }: { audience: string; lifeS: number },
    ): Promise<{ token: string }> {
      const { caller } = call;
      if (caller.kind !== 'job' || caller.jobId === null) {
        throw new AppError('forbidden', 'Only a running job has an id token.', {
          hint: 'Call getIdToken in the script.',
        });
      }
      const workspace = workspaceOf(call);
      const chain = await db.rows<Link>(selectJobAndFlows, [caller.jobId]);
      const { path, flowPath } = pathsOf(chain);
      const { kid, key } = await keys.current();
      const { email } = caller;
      const nowS = Math.floor(clock.now() / 1000);
      const token = await new SignJWT({
        email,
        job_id: caller.jobId,
        path,
        flow_path: flowPath,
        username: displayNameOf(caller),
        groups: caller.membership?.groups ?? [],
        workspace,
      })
        .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
        .setIssuer(issuer())
        .setSubject(`${email}::${path}::${flowPath}::${workspace}`)
        .setAudience(audience)
        .setJti(newId())
        .setIssuedAt(nowS)
        .setExpirationTime(nowS + lifeS)
        .sign(key);
      return { token };
    },

    /** OpenID Connect Discovery 1.0, section 3: what those who verify tokens ask for. */
    configuration: () => ({
      issuer: issuer(),
      jwks_uri: `${issuer()}jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
      claims_supported: [
        'aud',
        'email',
        'exp',
        'flow_path',
        'groups',
        'iat',
        'iss',
        'job_id',
        'jti',
        'path',
        'sub',
        'username',
        'workspace',
      ],
    }),

    keys: async () => ({ keys: await keys.published() }),
    rotateKey: () => keys.rotate(),
  };
}
