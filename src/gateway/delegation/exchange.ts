// The token exchange of RFC 8693: who asks, for which run, for whom, and what they may. Every
// attempt leaves a row, whose id the caller is told; in doubt no token is given.
import { AppError, type Clock, newId } from '../../base/index.ts';
import { type DeclaredServices, readServices } from '../../engine/index.ts';
import type { Caller } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { GatewayClients, KnownClient } from './clients.ts';
import type { Exchanges } from './exchanges.ts';
import type { Grants } from './grants.ts';
import type { HighRiskGrants } from './high-risk.ts';
import { type OwnEngine, verifyOwn } from './own-engine.ts';
import { refusal } from '../reasons.ts';
import { oauthRefusal, reasonIn } from './refusals.ts';
import type { Registry, Switch } from './registry.ts';
import { accessTokenType, type ExchangeRequest, readExchange } from './request.ts';
import { actorOf, localInstance, scopeOf, type VerifiedRun, withJob } from './run.ts';
import type { Tokens } from './tokens.ts';
import type { VerifyWindmill } from './windmill.ts';

export interface ExchangeDeps {
  db: Database;
  clock: Clock;
  engine: OwnEngine;
  verifyWindmill: VerifyWindmill;
  registry: Registry;
  clients: GatewayClients;
  grants: Grants;
  highRisks: HighRiskGrants;
  tokens: Tokens;
  exchanges: Pick<Exchanges, 'note'>;
  origin: () => string;
  /** A member, by username; undefined: none, or disabled. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  /** Is there such a service in the workspace? */
  hasService: (workspace: string, service: string) => Promise<boolean>;
}

/** What the token endpoint answers: a status and a JSON body. */
export interface ExchangeAnswer {
  status: number;
  body: Record<string, unknown>;
}

export interface Exchange {
  /** RFC 8693 section 2; never throws a refusal. */
  (form: URLSearchParams, authorization: string | undefined): Promise<ExchangeAnswer>;
}

/** What is known of an attempt as far as it got. */
interface Attempt {
  workspace?: string;
  clientId?: string | null;
  instance?: string;
  run?: VerifiedRun;
  subject?: string;
  scope?: string;
}

function assertOn({ enabled }: Switch): void {
  if (enabled) return;
  throw refusal('delegation_disabled', 'Flows act for nobody in this workspace.', {
    hint: 'An admin of the workspace turns delegation on: delegation.set with enabled.',
  });
}

/** The declaration of a run, well formed. */
function declarationOf({ block, flowPath }: VerifiedRun): DeclaredServices {
  if (block === undefined) {
    throw refusal('declaration_missing', `${flowPath || 'This run'} declares no services.`, {
      hint:
        'Write gateway-services into the value of the deployed flow; without it use an account ' +
        'of its own at the gateway (service account).',
    });
  }
  const { services, problems } = readServices(block);
  const [first] = problems;
  if (!first) return services;
  throw refusal('declaration_invalid', `gateway-services: ${first.message}.`);
}

/** What is asked for, which must be within what is declared. */
function narrowed(declared: DeclaredServices, wanted: DeclaredServices): DeclaredServices {
  for (const [service, classes] of Object.entries(wanted)) {
    const own = declared[service];
    if (!own) {
      throw refusal('service_not_declared', `The flow does not declare ${service}.`, {
        hint: `It declares: ${scopeOf(declared)}.`,
      });
    }
    const beyond = classes.find((one) => !own.includes(one));
    if (beyond === undefined) continue;
    throw refusal('class_not_declared', `The flow does not declare ${service}: ${beyond}.`, {
      hint: `It declares: ${scopeOf(declared)}.`,
    });
  }
  return wanted;
}

/**
 * What may be done at most, and what is asked for. The file of a job declares for its flow, within
 * what the flow itself declares, if it does.
 */
function servicesIn(
  run: VerifiedRun,
  { wanted, job }: ExchangeRequest,
): { declared: DeclaredServices; services: DeclaredServices } {
  if (job && !wanted) {
    throw refusal('declaration_missing', 'A job file was named without what it declares.', {
      hint: 'Send its gateway-services as gateway_services; without any, exchange nothing.',
    });
  }
  if (job && wanted && run.block === undefined) return { declared: wanted, services: wanted };
  const own = declarationOf(run);
  const services = wanted ? narrowed(own, wanted) : own;
  return { declared: job ? services : own, services };
}

/** Hints that do not fit are somebody else's job. */
function assertHints({ jobId, flowPath }: ExchangeRequest, run: VerifiedRun): void {
  const isOther = jobId !== undefined && jobId !== run.jobId;
  if (!isOther && (flowPath === undefined || flowPath === run.flowPath)) return;
  throw refusal('caller_unverified', 'The token is of another job than the request names.');
}

export function createExchange(deps: ExchangeDeps): Exchange {
  const { db, clock, registry, clients, grants, highRisks, tokens } = deps;

  /** Who runs the job, verified with whoever runs it. */
  async function verify(
    asked: ExchangeRequest,
    client: KnownClient | undefined,
    attempt: Attempt,
  ): Promise<VerifiedRun> {
    const instance = asked.instance ?? client?.instance ?? localInstance;
    attempt.instance = instance;
    const known =
      instance === localInstance || !client
        ? undefined
        : await registry.find(client.workspace, instance);
    if (!known && instance !== localInstance) {
      throw refusal('instance_not_registered', `There is no instance ${instance.slice(0, 63)}.`);
    }
    if (client && client.instance !== instance) {
      throw refusal('client_not_allowed', 'This client belongs to another instance.');
    }
    if (known && client) {
      return deps.verifyWindmill(client.workspace, known, asked.subjectToken);
    }
    const run = await verifyOwn(deps.engine, asked.subjectToken);
    if (client && client.workspace !== run.workspace) {
      throw refusal('workspace_mismatch', 'This client belongs to another workspace.');
    }
    return run;
  }

  async function subjectOf({ workspace, subject }: VerifiedRun): Promise<string> {
    const person = await deps.memberOf(workspace, subject);
    if (!person) {
      throw refusal('subject_unknown', `${subject} is no member of this workspace, or disabled.`);
    }
    if (person.userId !== null) return person.userId;
    throw refusal('subject_not_allowed', `${subject} is no person.`);
  }

  async function assertServices(workspace: string, services: DeclaredServices): Promise<void> {
    for (const service of Object.keys(services)) {
      if (await deps.hasService(workspace, service)) continue;
      throw refusal('service_unknown', `There is no service ${service} in this workspace.`, {
        hint: 'services.list names those that there are.',
      });
    }
  }

  async function give(asked: ExchangeRequest, attempt: Attempt): Promise<Record<string, unknown>> {
    const { proof, instance } = asked;
    if (!proof && instance !== undefined && instance !== localInstance) {
      throw refusal('client_unknown', 'A client has to prove who it is.', {
        hint: 'Send `Authorization: Basic <base64 of id:secret>`, or a client_assertion.',
      });
    }
    const client = proof ? await clients.prove(proof) : undefined;
    const clientId = client?.id ?? null;
    Object.assign(attempt, { clientId, ...(client && { workspace: client.workspace }) });
    if (client) assertOn(await registry.state(client.workspace));
    const run = withJob(await verify(asked, client, attempt), asked.job);
    const { workspace, subject } = run;
    Object.assign(attempt, { run, workspace, subject });
    const state = await registry.state(workspace);
    assertOn(state);
    assertHints(asked, run);
    const { declared, services } = servicesIn(run, asked);
    await assertServices(workspace, services);
    const userId = await subjectOf(run);
    const { nonce } = asked;
    const { approveReads } = state;
    const { grant, minted } = await db.transaction(async (queries) => {
      const of = { userId, clientId, services: declared, approveReads };
      const settled = await grants.settle(queries, run, of);
      // What was found is kept, so that there is something to approve.
      if (settled.refusal) return { grant: settled, minted: undefined };
      const token = { grant: settled, clientId, services, nonce };
      return { grant: settled, minted: await tokens.mint(queries, run, token) };
    });
    if (!minted) throw grant.refusal ?? new Error('a grant without a token says why');
    if (clientId !== null) await clients.used(clientId);
    const scope = await highRisks.scopeNow(grant.id, services);
    attempt.scope = scope;
    return {
      access_token: minted.token,
      issued_token_type: accessTokenType,
      token_type: 'Bearer',
      expires_in: Math.floor((minted.expiresAt - clock.now()) / 1000),
      scope,
    };
  }

  async function note(id: string, attempt: Attempt, reason: string | null): Promise<void> {
    const { workspace = null, clientId = null, instance = null, run } = attempt;
    const { subject = null, scope = null } = attempt;
    await deps.exchanges.note({
      id,
      workspace,
      clientId,
      instance,
      jobId: run?.jobId ?? null,
      actor: run ? actorOf(run) : null,
      subject,
      scope,
      reasonCode: reason,
    });
  }

  return async (form, authorization) => {
    const auditId = newId();
    const attempt: Attempt = {};
    try {
      const asked = readExchange(form, { authorization, origin: deps.origin() });
      const body = await give(asked, attempt);
      await note(auditId, attempt, null);
      return { status: 200, body };
    } catch (error) {
      const reason = reasonIn(error);
      if (reason === undefined || !(error instanceof AppError)) throw error;
      await note(auditId, attempt, reason);
      return oauthRefusal(reason, { error, auditId });
    }
  };
}
