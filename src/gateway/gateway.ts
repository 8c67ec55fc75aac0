// Puts the gateway together: services, what people prove themselves with, and the stages that every
// call of a service passes. Everything it needs from outside comes in.
import type { Clock, Log, Metrics, SlowTick } from '../base/index.ts';
import type { Egress } from '../egress/index.ts';
import type { AnyOperation, Caller } from '../operation/index.ts';
import { createRevisions, type Database, type Revisions } from '../store/index.ts';
import { activationOperations, createActivations, createDiscovery } from './activation/index.ts';
import { createServiceAudit, type ServiceAuditDeps } from './audit/index.ts';
import {
  callOperations,
  capStage,
  classStage,
  confirmStage,
  type Consent,
  createCalls,
  createSend,
  hookStage,
  mayCall,
  type Invoke,
  renewStage,
} from './calls/index.ts';
import { createCredentialParts, credentialOperations } from './credentials/index.ts';
import { createDatabases } from './databases/index.ts';
import { createDelegation, type DelegationDeps, delegationStage } from './delegation/index.ts';
import { createExtensions, extensionOperations } from './extensions/index.ts';
import { createGates, gateOperations } from './gates/index.ts';
import { createHooks, type RunScript } from './hooks/index.ts';
import { createOpenApi, openApiOperations } from './openapi/index.ts';
import {
  createPii,
  type Pii,
  type PiiDirectory,
  piiOperations,
  protectStage,
  restoreStage,
} from './pii/index.ts';
import { createReload, reloadOperations } from './reload/index.ts';
import { createSealer, type Sealer } from './sealer.ts';
import { createServices, curated, serviceOperations } from './services/index.ts';
import { subjectOf } from './subject.ts';
import { jobFileOperations } from './job-file/index.ts';
import { type ServiceTool, toolsOf } from './tools.ts';
import { createUpstreams, upstreamOperations, type UpstreamsDeps } from './upstreams/index.ts';

export interface GatewayDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  metrics: Metrics;
  egress: Pick<Egress, 'fetch' | 'ask' | 'socket'>;
  /** Whose names are found in free text. */
  directory: PiiDirectory;
  /** Through the door; for calls that hooks chain, and what a service does in the own workspace. */
  invoke: Invoke;
  /** Asks the person behind a call; from the door. */
  consent: Consent;
  sandbox: UpstreamsDeps['sandbox'];
  /** 32 bytes for one purpose, the same in every process of this installation. */
  deriveKey: ServiceAuditDeps['deriveKey'];
  people: ServiceAuditDeps['people'];
  /** Runs a deployed script with the rights of an admin, for hooks that are scripts. */
  runScript: RunScript;
  /** Where people reach this server. */
  origin: () => string;
  engine: DelegationDeps['engine'];
  memberOf: DelegationDeps['memberOf'];
  personIn: DelegationDeps['personIn'];
  usernameOf: DelegationDeps['usernameOf'];
}

export type Gateway = ReturnType<typeof createGateway>;

/** What can be called, and as whom: the product's own services, and what workspaces bring. */
function createSources(
  deps: GatewayDeps,
  ground: { changes: Revisions; sealer: Sealer; masked: Pii['masked'] },
) {
  const gates = createGates({ ...deps, ...ground });
  const isOurs = (name: string): boolean => curated.some((one) => one.name === name);
  const openApi = createOpenApi({
    ...deps,
    ...ground,
    isTaken: async (workspace, name) =>
      isOurs(name) || (await upstreams.has(workspace, name)) || extensions.has(workspace, name),
  });
  const upstreams = createUpstreams({
    ...deps,
    ...ground,
    isTaken: async (workspace, name) =>
      isOurs(name) || (await openApi.has(workspace, name)) || extensions.has(workspace, name),
    headersFor: (call, service) => proofs.credentials.ofCaller(call, service),
  });
  const extensions = createExtensions({
    ...deps,
    ...ground,
    isTaken: async (workspace, name) =>
      isOurs(name) || (await openApi.has(workspace, name)) || upstreams.has(workspace, name),
  });
  const brought = async (workspace: string) =>
    (
      await Promise.all([openApi.of(workspace), upstreams.of(workspace), extensions.of(workspace)])
    ).flat();
  const services = createServices({ ...deps, ...ground, gates, declarations: curated, brought });
  const proofs = createCredentialParts({ ...deps, ...ground, services });
  const reload = createReload({ ...ground, openApi, upstreams, extensions });
  const operations: AnyOperation[] = [
    ...serviceOperations(services),
    ...reloadOperations(reload),
    ...credentialOperations(proofs),
    ...openApiOperations(openApi),
    ...upstreamOperations(upstreams),
    ...extensionOperations(extensions),
    ...gateOperations(gates),
  ];
  return { gates, upstreams, services, proofs, operations };
}

export function createGateway(deps: GatewayDeps) {
  const changes = createRevisions(deps.db, 'gateway_changed');
  const sealer = createSealer(deps.deriveKey);
  const pii = createPii({ ...deps, sealer, changes });
  const sources = createSources(deps, { changes, sealer, masked: pii.masked });
  const { gates, upstreams, services, proofs } = sources;
  const { credentials } = proofs;
  const audit = createServiceAudit({ ...deps, sealer, changes });
  const send = createSend({ ...deps, credentials, databases: createDatabases(deps) });
  const delegation = createDelegation({
    ...deps,
    hasService: async (workspace, name) => (await services.setupOf(workspace)).services.has(name),
  });
  const hooks = createHooks({ ...deps, sealer });
  // The one list of what every call of a service passes, outermost first. Hooks see a call before
  // the person is asked, who agrees to what will go out, and its answer before it is protected.
  const stages = [
    delegationStage(delegation.authority),
    classStage(gates.note),
    capStage,
    protectStage(pii),
    hookStage({ hooks, invoke: deps.invoke }),
    confirmStage(deps.consent),
    restoreStage(pii),
    renewStage({ ...deps, credentials }),
  ];
  const { admit } = delegation.authority;
  const activations = createActivations({ ...deps, changes });
  const calls = createCalls({ services, log: audit, activations, admit, stages, send });
  const discovery = createDiscovery({ services, activations, noteBlocked: gates.note });
  const operations: AnyOperation[] = [
    ...sources.operations,
    ...activationOperations(discovery),
    ...callOperations(calls),
    ...audit.operations,
    ...piiOperations(pii),
    ...hooks.operations,
    ...delegation.operations,
    ...jobFileOperations(deps.clock),
  ];

  /** Who calls at the address of all workspaces is in each of them what they are there. */
  async function inside(caller: Caller, workspace: string): Promise<Caller> {
    if (caller.membership?.workspace === workspace || caller.userId === null) return caller;
    const person = await deps.personIn(workspace, caller.userId);
    return { ...caller, membership: person?.membership ?? null };
  }

  return {
    operations,
    /** Changes with every list of tools in the workspace. */
    revision: changes.revision,
    /** Hears the workspace whose lists may have changed, null for any; answers an end. */
    onChanged: changes.onChange,
    /** The tools of a caller, in a fixed order. */
    async tools(caller: Caller, workspace: string): Promise<ServiceTool[]> {
      const { userId } = caller;
      const setup = await services.setupOf(workspace);
      if (userId === null || setup.services.size === 0) return [];
      const active = await activations.of({ workspace, userId });
      return toolsOf(await inside(caller, workspace), { setup, active });
    },
    /** What sessions of this caller are told about the services that they may use. */
    async sessionHints(from: Caller, workspace: string): Promise<string[]> {
      const setup = await services.setupOf(workspace);
      const caller = await inside(from, workspace);
      const names = [...setup.services.values()]
        .filter((service) =>
          [...service.actions.values()].some((action) =>
            mayCall(caller, { setup, service, action }),
          ),
        )
        .map(({ declaration }) => declaration.name);
      return hooks.sessionHints({ workspace, subject: subjectOf(caller), services: names });
    },
    /** The rows of service calls that `serviceAudit.export` let somebody take, as text. */
    exported: audit.exported,
    /** For the authorization server: tokens of flows that act for a person. */
    delegation: {
      exchange: delegation.exchange,
      introspect: delegation.introspect,
      isOn: delegation.isOnSomewhere,
    },
    /** For identity: what a delegated token says at this moment. */
    findToken: delegation.findToken,
    async start(): Promise<void> {
      await Promise.all([changes.start(), hooks.start(), proofs.start()]);
      audit.start();
      pii.start();
      delegation.start();
      upstreams.start();
    },
    /** When no call comes any more. */
    async stop(): Promise<void> {
      await hooks.stop();
      await delegation.stop();
      await upstreams.stop();
      await audit.stop();
      await pii.stop();
      proofs.stop();
      changes.stop();
    },
  };
}
