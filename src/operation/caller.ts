// Who is calling, as one immutable snapshot: everything that `authorise` needs, nothing to look up.
// Identity builds it from a token or session; nobody else invents one, except `systemCaller`.

export type Role = 'admin' | 'developer' | 'operator';

/** How the caller proved who it is. */
export type CallerKind = 'session' | 'token' | 'job' | 'system' | 'anonymous';

/** What a caller is inside one workspace. */
export interface Membership {
  workspace: string;
  username: string;
  role: Role;
  /** Group names without the `g/` prefix; always holds `all`. */
  groups: readonly string[];
  /** Folder names (without `f/`) that the caller can read, write, and own. */
  folders: { read: readonly string[]; write: readonly string[]; own: readonly string[] };
}

/** Paths of the scripts and flows that a person starred in one workspace. */
export interface Stars {
  scripts: readonly string[];
  flows: readonly string[];
}

/** A flow that acts for the person, through a grant; set by the gateway alone. */
export interface Delegation {
  grantId: string;
  tokenId: string;
  /** The flow and where it runs, as audit rows name it. */
  actor: string;
  jobId: string;
  /** Classes of actions by service: what the flow declares and the grant still allows. */
  classes: Readonly<Record<string, readonly string[]>>;
}

export interface Caller {
  kind: CallerKind;
  userId: string | null;
  /** Empty for anonymous callers. */
  email: string;
  superAdmin: boolean;
  /** Reads what concerns the instance and looks after its workers. */
  devops: boolean;
  /** Null means the person's full rights; a list narrows them; an empty list allows nothing. */
  scopes: readonly string[] | null;
  readOnly: boolean;
  /** First characters of the token, for audit; null for sessions and the system. */
  tokenPrefix: string | null;
  /** Id of the stored token or session, which logging out ends; null for jobs and the system. */
  tokenId: string | null;
  /** The only workspace that this token may be used in; null means all of the person's. */
  boundWorkspace: string | null;
  /** The MCP address (a path) that this token was made for; null: not bound to one. */
  audience: string | null;
  /** The token was made by a consent: its client can ask the person for more. */
  connected: boolean;
  /** In the workspace of the call, for tokens that follow the stars; null for all others. */
  stars: Stars | null;
  /** The job whose token this is. */
  jobId: string | null;
  /** Present: it reaches services, as far as these classes go, and nothing else at all. */
  delegation: Delegation | null;
  /** In the workspace of the call; null outside any, or when the caller is no member. */
  membership: Membership | null;
}

export const anonymous: Caller = {
  kind: 'anonymous',
  userId: null,
  email: '',
  superAdmin: false,
  devops: false,
  scopes: [],
  readOnly: true,
  tokenPrefix: null,
  tokenId: null,
  boundWorkspace: null,
  audience: null,
  connected: false,
  stars: null,
  jobId: null,
  delegation: null,
  membership: null,
};

/** The product itself: first-start set-up and background duties. Never reachable from a surface. */
export const systemCaller: Caller = {
  ...anonymous,
  kind: 'system',
  email: 'system',
  superAdmin: true,
  scopes: null,
  readOnly: false,
};

/** The principals that `extra_perms` may name for this caller: `u/<name>` and `g/<group>`. */
export function principalsOf(membership: Membership): string[] {
  return [`u/${membership.username}`, ...membership.groups.map((group) => `g/${group}`)];
}

/** `u/<username>`, or the e-mail address outside a workspace: how people see the caller. */
export function displayNameOf(caller: Caller): string {
  return caller.membership?.username ?? caller.email;
}
