// From no client to a token: registration (RFC 7591), the login of a person in a browser, and the
// exchange of its code. The token serves this trial alone and is revoked at its end.
import { createHash } from 'node:crypto';
import { newSecret } from '../../../base/index.ts';
import { type Asked, shapeOf, withoutQuery } from './ask.ts';
import { scopeOf } from './discovery.ts';
import { openLoopback } from './loopback.ts';
import {
  isLoose,
  type Loose,
  notice,
  problem,
  type Said,
  skipped,
  type Step,
  textIn,
  type Trial,
  well,
} from './step.ts';

const loginLimitMs = 10 * 60_000;

function formOf(fields: Readonly<Record<string, string | undefined>>): Asked {
  const given = Object.entries(fields).filter((field): field is [string, string] => !!field[1]);
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams(given).toString(),
  };
}

const registration: Step = {
  name: 'registration',
  oauth: true,
  needed: true,
  async run(trial) {
    const { server } = trial;
    const endpoint = textIn(server, 'registration_endpoint');
    const documents = server['client_id_metadata_document_supported'] === true;
    if (endpoint === undefined && documents) {
      return [skipped('only clients that publish a document of their own are taken')];
    }
    if (endpoint === undefined) {
      const fix = 'Offer registration, or give each client an id by hand in its settings.';
      return [problem('There is no registration_endpoint: clients cannot register.', fix)];
    }
    trial.loopback = await openLoopback();
    const reply = await trial.ask(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        client_name: 'millrace doctor',
        redirect_uris: [trial.loopback.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    });
    const made: Loose = isLoose(reply.json) ? reply.json : {};
    const id = textIn(made, 'client_id');
    if ((reply.status !== 201 && reply.status !== 200) || id === undefined) {
      const fix = 'Take redirect URIs on 127.0.0.1 with any port, and public clients.';
      return [problem(`A client on this machine is refused: ${shapeOf(reply)}.`, fix)];
    }
    trial.client = { id, secret: textIn(made, 'client_secret') };
    const said = [well('a client with an address on this machine is taken')];
    if (reply.status === 201) return said;
    const fix = 'Some clients take nothing else for a success.';
    return [...said, notice('Registration answers 200 instead of 201.', fix)];
  },
};

interface Asking {
  clientId: string;
  state: string;
  verifier: string;
}

function loginUrl(trial: Trial, { clientId, state, verifier }: Asking): URL {
  const url = new URL(textIn(trial.server, 'authorization_endpoint') ?? '');
  const { searchParams } = url;
  const scope = scopeOf(trial);
  const fields = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: trial.loopback?.redirectUri ?? '',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: textIn(trial.resource, 'resource') ?? withoutQuery(trial.url),
    ...(scope !== undefined && { scope }),
  };
  for (const [name, value] of Object.entries(fields)) searchParams.set(name, value);
  return url;
}

/** What came back to this machine: the code, or what is wrong with it. */
function codeIn(came: URLSearchParams, trial: Trial, state: string): string | Said {
  const error = came.get('error');
  if (error !== null) {
    const said = `${error} ${came.get('error_description') ?? ''}`.trim().slice(0, 300);
    return problem(`The login ended with ${said}.`, 'Allow the connection, or ask for its scopes.');
  }
  if (came.get('state') !== state) {
    return problem('The login came back with another state.', 'Give state back as it was sent.');
  }
  const [iss, issuer] = [came.get('iss'), textIn(trial.server, 'issuer')];
  const announced = trial.server['authorization_response_iss_parameter_supported'] === true;
  if (iss === null ? announced : iss !== issuer) {
    const fix = 'Clients drop the code then: send the issuer as iss, letter for letter.';
    return problem(`The login came back with iss ${iss ?? 'missing'}, not ${issuer}.`, fix);
  }
  const code = came.get('code');
  return code ?? problem('The login came back without a code.', 'Look at the log of the server.');
}

const login: Step = {
  name: 'login',
  oauth: true,
  needed: true,
  async run(trial) {
    if (!trial.client || !trial.loopback) return [skipped('there is no client to log in with')];
    const [state, verifier] = [newSecret(), newSecret(64)];
    const { href } = loginUrl(trial, { clientId: trial.client.id, state, verifier });
    const page = await trial.ask(href, { headers: { accept: 'text/html' } });
    if (page.status >= 400) {
      const fix = 'What the server says about the parameters is in its answer and its log.';
      return [problem(`The login page answers ${shapeOf(page)}.`, fix)];
    }
    if (!trial.showLogin) {
      return [
        skipped(
          'needs a person: run it on a terminal and without --no-browser, or set MILLRACE_TOKEN',
        ),
      ];
    }
    trial.showLogin(href);
    const late = AbortSignal.timeout(loginLimitMs);
    const came = await trial.loopback
      .cameBack(AbortSignal.any([trial.signal, late]))
      .catch((error: unknown) => {
        if (late.aborted) return undefined;
        throw error;
      });
    if (!came) {
      const fix = 'Open the address in a browser on this machine, and look where it stops.';
      return [problem('Nobody came back from the login within 10 minutes.', fix)];
    }
    const code = codeIn(came, trial, state);
    if (typeof code !== 'string') return [code];
    trial.grant = { code, verifier };
    return [well('came back with a code')];
  },
};

const token: Step = {
  name: 'token',
  oauth: true,
  needed: true,
  async run(trial) {
    const { client, grant, server, resource, loopback } = trial;
    if (!client || !grant) return [skipped('there is no code to exchange')];
    const asked = formOf({
      grant_type: 'authorization_code',
      code: grant.code,
      code_verifier: grant.verifier,
      redirect_uri: loopback?.redirectUri,
      client_id: client.id,
      client_secret: client.secret,
      resource: textIn(resource, 'resource'),
    });
    const reply = await trial.ask(textIn(server, 'token_endpoint') ?? '', asked);
    const made: Loose = isLoose(reply.json) ? reply.json : {};
    const access = textIn(made, 'access_token');
    if (reply.status !== 200 || access === undefined) {
      const fix = 'Compare redirect URI, PKCE and resource in the log of the server.';
      return [problem(`The code is not exchanged: ${shapeOf(reply)}.`, fix)];
    }
    if (textIn(made, 'token_type')?.toLowerCase() !== 'bearer') {
      return [problem('The token has no token_type Bearer.', 'Say "token_type": "Bearer".')];
    }
    trial.token = access;
    trial.ownToken = true;
    const scope = textIn(made, 'scope');
    const said = [well(scope === undefined ? 'made' : `made, with the scopes ${scope}`)];
    if (textIn(made, 'refresh_token') !== undefined) return said;
    const fix = 'Give a refresh token, or people log in again whenever the token ends.';
    return [...said, notice('There is no refresh token.', fix)];
  },
};

export const loginSteps: readonly Step[] = [registration, login, token];

/** Takes back the token that the trial made. Says nothing: it ends by itself too. */
export async function revokeOwn(trial: Trial): Promise<void> {
  const endpoint = textIn(trial.server, 'revocation_endpoint');
  if (!trial.ownToken || endpoint === undefined || !trial.client) return;
  const { id, secret } = trial.client;
  await trial
    .ask(endpoint, formOf({ token: trial.token, client_id: id, client_secret: secret }))
    .catch(() => undefined);
}
