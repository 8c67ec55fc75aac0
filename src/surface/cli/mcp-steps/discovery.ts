// How a client finds its way: the address itself, the refusal, and the two documents that it leads
// to (RFC 9728, RFC 8414). Each answer that real clients trip over has its sentence.
import { isHtml, type Reply, shapeOf, withoutQuery } from './ask.ts';
import { requestOf } from './messages.ts';
import {
  isLoose,
  listIn,
  type Loose,
  notice,
  problem,
  type Said,
  type Step,
  textIn,
  type Trial,
  well,
} from './step.ts';

const maxRedirects = 5;
const maxSkewMs = 60_000;

const isLoopback = (hostname: string): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);

const isRedirect = ({ status, headers }: Reply): boolean =>
  status >= 300 && status < 400 && headers.has('location');

/** Where redirects end; undefined when they do not. */
async function redirectedTo(trial: Trial, first: Reply): Promise<string | undefined> {
  let reply = first;
  for (let count = 0; count < maxRedirects && isRedirect(reply); count += 1) {
    const next = new URL(reply.headers.get('location') ?? '', reply.url);
    if (!/^https?:$/.test(next.protocol)) return undefined;
    reply = await trial.ask(next.href, requestOf('initialize'));
  }
  return isRedirect(reply) ? undefined : withoutQuery(reply.url);
}

async function badAddress(trial: Trial, first: Reply): Promise<Said | undefined> {
  const { status } = first;
  if (isRedirect(first)) {
    const end = await redirectedTo(trial, first);
    if (end === undefined) {
      return problem(
        `The address redirects (${status}) without end.`,
        'Look at the rules of the proxy: http to https, www, and the slash at the end, both ways.',
      );
    }
    return problem(
      `The address redirects (${status}) to ${end}; clients drop the body or the token there.`,
      `Give clients ${end}, or take the redirect away for this path.`,
    );
  }
  if (isHtml(first)) {
    return problem(
      `The address answers ${shapeOf(first)} instead of JSON.`,
      'This is the address of a website: use the MCP address, or let the proxy pass this path on.',
    );
  }
  if (status === 401) return undefined;
  if (status === 404 || status === 405) {
    return problem(
      `No MCP endpoint takes a POST at this address (${shapeOf(first)}).`,
      'Compare the path with what the server shows; let the proxy pass it on unchanged.',
    );
  }
  if (status >= 500) {
    return problem(
      `The server fails (${shapeOf(first)}).`,
      'Is the server behind the proxy running? Its log says more.',
    );
  }
  if (status === 200 && isLoose(first.json) && first.json['jsonrpc'] === '2.0') return undefined;
  return problem(
    `The address answers ${shapeOf(first)}, where a client without a token gets 401.`,
    'Something in front of the server refuses: a firewall, a bot check, or a rule about Origin.',
  );
}

const address: Step = {
  name: 'address',
  needed: true,
  async run(trial) {
    const { protocol, hostname, search } = new URL(trial.url);
    const first = await trial.ask(trial.url, requestOf('initialize'));
    const bad = await badAddress(trial, first);
    if (bad) return [bad];
    trial.first = first;
    trial.open = first.status === 200;
    const why = search === '' ? 'the server is open to all who reach it' : 'its query is enough';
    const found = trial.open
      ? well(`answers without a token in the headers: ${why}`)
      : well(`answers ${first.status} to a client without a token`);
    if (protocol === 'https:' || isLoopback(hostname)) return [found];
    const fix = 'Put TLS in front of it; then set MILLRACE_BASE_URL to the https address.';
    return [found, notice('Clients refuse http addresses of other machines.', fix)];
  },
};

const clock: Step = {
  name: 'clock',
  async run(trial) {
    const theirs = Date.parse(trial.first?.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return [];
    const skewMs = theirs - trial.clock.now();
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    if (Math.abs(skewMs) <= maxSkewMs) return [well(`within ${seconds} s of this machine's`)];
    const side = skewMs > 0 ? 'ahead of' : 'behind';
    const fix = 'Turn on NTP on both: tokens and codes end too early, or look as if from tomorrow.';
    return [notice(`The server's clock is ${seconds} s ${side} this machine's.`, fix)];
  },
};

/** A parameter of the Bearer challenge. */
function parameter(challenge: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i');
  const [, quoted, plain] = match.exec(challenge) ?? [];
  return quoted ?? plain;
}

export const challengeOf = ({ headers }: Reply): string => headers.get('www-authenticate') ?? '';

const challenge: Step = {
  name: 'challenge',
  oauth: true,
  async run({ first, ask, url }) {
    const said = first ? challengeOf(first) : '';
    const found: Said[] = [];
    if (!/^\s*bearer\b|,\s*bearer\s/i.test(said)) {
      const fix =
        'Answer 401 with WWW-Authenticate: Bearer resource_metadata="…"; proxies drop it.';
      found.push(notice('The 401 has no WWW-Authenticate: Bearer header.', fix));
    } else if (parameter(said, 'resource_metadata') === undefined) {
      const fix = 'Name the document there; clients have to guess its address otherwise.';
      found.push(notice('The Bearer challenge has no resource_metadata.', fix));
    } else {
      found.push(well(`names ${parameter(said, 'resource_metadata')}`));
      if (parameter(said, 'scope') === undefined) {
        const fix = 'Add scope="…": what a client should ask for to begin with.';
        found.push(notice('The challenge has no scope; clients ask for all that there is.', fix));
      }
    }
    const stream = { accept: 'text/event-stream' };
    const opened = await ask(url, { headers: stream, headersOnly: true, limitMs: 5_000 });
    if (opened.status !== 401) {
      const fix = 'Ask for the token before looking at the method.';
      found.push(notice(`A GET without a token answers ${opened.status}, not 401.`, fix));
    }
    return found;
  },
};

const withoutSlash = (text: string): string => text.replace(/\/+$/, '');

/** The places of RFC 9728: what the challenge names, then with the path, then without. */
function resourcePlaces({ url, first }: Trial): string[] {
  const { origin, pathname } = new URL(url);
  const known = `${origin}/.well-known/oauth-protected-resource`;
  const named = first && parameter(challengeOf(first), 'resource_metadata');
  const all = [named, `${known}${withoutSlash(pathname)}`, known];
  return [...new Set(all)].filter(
    (place) => place !== undefined && URL.canParse(place),
  ) as string[];
}

/** The first place with a JSON object; `tried` says what each of the others answered. */
async function firstDocument(
  trial: Trial,
  places: readonly string[],
): Promise<{ found: Loose | undefined; place: string; tried: string }> {
  const tried: string[] = [];
  for (const place of places) {
    const reply = await trial.ask(place, { headers: { accept: 'application/json' } });
    if (reply.status === 200 && isLoose(reply.json)) {
      return { found: reply.json, place, tried: tried.join('; ') };
    }
    tried.push(`${place} answers ${shapeOf(reply)}`);
  }
  return { found: undefined, place: '', tried: tried.join('; ') };
}

const catchAll =
  'Let the proxy pass /.well-known/ on to the server: no static files, no catch-all page.';

const resourceDocument: Step = {
  name: 'resource document',
  oauth: true,
  needed: true,
  async run(trial) {
    const { found, place, tried } = await firstDocument(trial, resourcePlaces(trial));
    if (!found) return [problem(`There is no document about the address: ${tried}.`, catchAll)];
    const resource = textIn(found, 'resource');
    const wanted = withoutQuery(trial.url);
    if (resource !== wanted) {
      const slash = resource !== undefined && withoutSlash(resource) === withoutSlash(wanted);
      const [detail, fix] = slash
        ? ['differs from the address by the slash at its end', `Give clients ${resource}.`]
        : [
            'is not the address: clients refuse to send a token',
            'Set MILLRACE_BASE_URL to the address that people use; let the proxy keep Host.',
          ];
      const said = `In ${place}, resource is ${resource ?? 'missing'}, which ${detail}.`;
      // With or without the slash most clients take it.
      if (!slash) return [problem(said, fix)];
      trial.resource = found;
      return [notice(said, fix)];
    }
    if (listIn(found, 'authorization_servers').length === 0) {
      const fix = 'List the issuer of the tokens there.';
      return [problem(`${place} names no authorization_servers.`, fix)];
    }
    trial.resource = found;
    const missed = tried === '' ? '' : ` (but ${tried})`;
    return [well(`${place}${missed}`)];
  },
};

/** The places of RFC 8414 and OpenID Connect, in the order in which clients ask. */
function serverPlaces(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = withoutSlash(pathname);
  const places = ['oauth-authorization-server', 'openid-configuration'].map(
    (name) => `${origin}/.well-known/${name}${path}`,
  );
  return path === '' ? places : [...places, `${origin}${path}/.well-known/openid-configuration`];
}

/** What a client cannot do without; undefined when it is all there. */
function badServer(found: Loose, issuer: string, place: string): Said | undefined {
  const own = textIn(found, 'issuer');
  if (own !== issuer) {
    return problem(
      `In ${place}, issuer is ${own ?? 'missing'}, not ${issuer}.`,
      'Both documents have to name the issuer letter for letter, also its slash: set the base URL.',
    );
  }
  const missing = ['authorization_endpoint', 'token_endpoint'].filter(
    (name) => !URL.canParse(textIn(found, name) ?? ''),
  );
  if (missing.length > 0) {
    return problem(`${place} has no ${missing.join(' and no ')}.`, 'Add them, as whole addresses.');
  }
  if (listIn(found, 'code_challenge_methods_supported').includes('S256')) return undefined;
  return problem(
    `${place} does not offer PKCE with S256, without which MCP clients do not begin.`,
    'Add "code_challenge_methods_supported": ["S256"].',
  );
}

const authorizationServer: Step = {
  name: 'authorization server',
  oauth: true,
  needed: true,
  async run(trial) {
    const [issuer = ''] = listIn(trial.resource, 'authorization_servers');
    if (!URL.canParse(issuer)) {
      return [problem(`The issuer "${issuer}" is no address.`, 'Name it as a whole address.')];
    }
    const { found, place, tried } = await firstDocument(trial, serverPlaces(issuer));
    if (!found) return [problem(`${issuer} has no document: ${tried}.`, catchAll)];
    const bad = badServer(found, issuer, place);
    if (bad) return [bad];
    trial.server = found;
    const said: Said[] = [well(place)];
    if (!found['authorization_response_iss_parameter_supported']) {
      const fix = 'Send iss with the code (RFC 9207), and say so in the document.';
      said.push(notice('Logins come back without iss: clients cannot tell servers apart.', fix));
    }
    return said;
  },
};

export const discoverySteps: readonly Step[] = [
  address,
  clock,
  challenge,
  resourceDocument,
  authorizationServer,
];

/** What a client should ask for: the challenge says it first, then the document. */
export function scopeOf({ first, resource }: Trial): string | undefined {
  const named = first && parameter(challengeOf(first), 'scope');
  return named ?? (listIn(resource, 'scopes_supported').join(' ') || undefined);
}
