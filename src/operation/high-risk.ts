// The closed list of what a model may not do unasked: deleting, schedules, secrets. Each line says
// in one sentence, for the person, what the call will do. An operation is marked `high_risk`
// exactly when it stands here, but for showing a secret, which whoever may read it may
// (`test/catalog.test.ts`).

type Input = Readonly<Record<string, unknown>>;

/** The sentence; undefined where these arguments are harmless. */
type Saying = (input: Input) => string | undefined;

const maxShown = 200;

/** A value in the sentence, which must not look like a part of it or hide one. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const plain = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return `“${plain.length > maxShown ? `${plain.slice(0, maxShown)}…` : plain}”`;
}

const deletes =
  (what: string, field = 'path'): Saying =>
  (input) =>
    `Delete ${what} ${shown(input[field])} for ever.`;

const trashes =
  (what: string): Saying =>
  ({ path }) =>
    `Move ${what} ${shown(path)} to the trash, where it stays 30 days.`;

function createSchedule({ path, scriptPath, isFlow, schedule, timezone, enabled }: Input): string {
  const what = `the ${isFlow ? 'flow' : 'script'} ${shown(scriptPath)}`;
  const from = enabled === false ? 'once somebody enables it' : 'from now on';
  return (
    `Create the schedule ${shown(path)}, which runs ${what} with your rights ${from}, ` +
    `at ${shown(schedule)} (${shown(timezone)}).`
  );
}

function deleteJobs({ ids }: Input): string {
  return `Delete ${Array.isArray(ids) ? ids.length : 'several'} jobs with their results for ever.`;
}

function createVariable({ path, isSecret }: Input): string | undefined {
  if (isSecret !== true) return undefined;
  return `Create the secret ${shown(path)} with a value that the assistant has seen.`;
}

function updateVariable({ path, isSecret }: Input): string | undefined {
  if (isSecret === undefined) return undefined;
  return isSecret === true
    ? `Make the variable ${shown(path)} a secret.`
    : `Make ${shown(path)} no secret: whoever may read it then sees its value.`;
}

const sayings: Readonly<Record<string, Saying>> = {
  'accounts.delete': deletes('the connected account', 'id'),
  'agents.eraseMemory': ({ flowPath, memoryId }) =>
    `Erase the memory ${shown(memoryId)} of the agent in ${shown(flowPath)} for ever.`,
  'apps.delete': trashes('the app'),
  'files.delete': deletes('the file', 'key'),
  'flows.delete': trashes('the flow'),
  'folders.delete': deletes('the folder', 'name'),
  'gatewayClients.delete': deletes('the client of the gateway', 'id'),
  'gatewayGrants.approve': ({ id }) => `Let the flow of the grant ${shown(id)} act for its person.`,
  'groups.delete': deletes('the group', 'name'),
  'highRiskGrants.create': ({ flowPath, service }) =>
    `Let the flow ${shown(flowPath)} do what is high risk in ${shown(service)}.`,
  'httpTriggers.delete': deletes('the HTTP route'),
  'idTokens.rotateKey': () => 'Replace the key that signs id tokens.',
  'inputs.delete': deletes('the saved input', 'id'),
  'jobs.deleteMany': deleteJobs,
  'jobs.erase': deletes('what is stored of the job', 'id'),
  'members.remove': ({ username }) => `Remove ${shown(username)} from the workspace.`,
  'oauthClients.delete': deletes('the OAuth client', 'id'),
  'resources.delete': trashes('the resource'),
  'resourceTypes.delete': deletes('the resource type', 'name'),
  'schedules.create': createSchedule,
  'schedules.delete': deletes('the schedule'),
  'scripts.delete': trashes('the script'),
  'scripts.deleteByHash': deletes('the version of a script with the hash', 'hash'),
  'tokens.impersonate': ({ impersonate }) => `Make a token that acts as ${shown(impersonate)}.`,
  'trash.delete': deletes('the item of the trash', 'id'),
  'trash.empty': () => 'Delete everything in the trash for ever.',
  'users.delete': deletes('the user', 'email'),
  'variables.create': createVariable,
  'variables.delete': trashes('the variable'),
  'variables.exportKey': () => 'Show the key that encrypts the secrets of the workspace.',
  'variables.reveal': ({ path }) => `Show the secret ${shown(path)} to the assistant.`,
  'variables.rotateKey': () => 'Replace the key that encrypts the secrets of the workspace.',
  'variables.setKey': () => 'Set the key that encrypts the secrets of the workspace.',
  'variables.update': updateVariable,
};

/** Does a model have to ask before some calls of this operation? */
export function mayNeedConsent(operation: string): boolean {
  return Object.hasOwn(sayings, operation);
}

/** What the call would do, for the person; undefined: nothing that has to be asked. */
export function highRiskOf(operation: string, input: unknown): string | undefined {
  return mayNeedConsent(operation) ? sayings[operation]?.(input as Input) : undefined;
}

/** The list, for the check of the catalog. */
export const highRiskOperations: readonly string[] = Object.keys(sayings);
