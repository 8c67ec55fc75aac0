// The closed list of addresses that are no call of one operation, each with its reason. A route
// that stands neither here nor in a table of operations stops the server at start.

const mcp = '/api/mcp/w/:workspace';
const windmillIssuer = '/api/w/:workspace/mcp/oauth/server';
const gatewayIssuer = '/api/mcp/gateway/oauth/server';
const stream = '/api/w/:workspace/jobs/run_and_stream';

/** `METHOD address` → why it is no plain call, and who may come. */
const rawRoutes: Readonly<Record<string, string>> = {
  'GET /health': 'for monitors, open: it says nothing but status and version',
  'HEAD /health': 'the same without its body',
  'GET /metrics': 'for Prometheus: for who looks after the instance, or open by setting',
  'GET /api/version': 'open constant that Windmill’s clients ask for',
  'GET /api/openapi.json': 'open description of the operations',
  'GET /api/openapi.yaml': 'open list of Windmill’s operations that are built',
  'GET /api/uptodate': 'constant for Windmill’s clients, for callers',
  'GET /api/openflow.schema.json': 'open description of flows',
  'GET /api/op/:name': 'says that operations are called with POST',
  'POST /api/op/:name': 'calls the operation of that name',
  'GET /api/services/audit/export': 'calls serviceAudit.export, then streams its rows',
  'GET /api/settings/global/:key': 'constant for Windmill’s command line, for callers',
  'GET /api/jobs/db_clock': 'the time, for callers',
  'POST /api/w/:workspace/jobs/run/batch_rerun_jobs': 'one call of jobs.rerun for each job',
  'POST /api/w/:workspace/http_triggers/create_many': 'one httpTriggers.create for each route',
  'DELETE /api/w/:workspace/scripts/delete_bulk': 'one scripts.delete for each path',
  'DELETE /api/w/:workspace/variables/delete_bulk': 'one variables.delete for each path',
  'DELETE /api/w/:workspace/resources/delete_bulk': 'one resources.delete for each path',
  'GET /api/w/admins/jobs/queue/list': 'jobs.listQueue, where the caller is at home',
  'GET /api/w/:workspace/workspaces/tarball': 'one call for each item, into one archive',
  'GET /api/w/:workspace/jobs_u/getupdate_sse/:id': 'a stream made of jobs.update calls',
  'GET /api/w/:workspace/jobs/getupdate_sse/:id': 'the same under its other name',
  [`* ${stream}/p/*`]: 'a run by jobs.run, then a stream made of jobs.update calls',
  [`* ${stream}/h/:hash`]: 'the same by jobs.runByHash',
  [`* ${stream}/f/*`]: 'the same by jobs.runFlow',
  [`* ${stream}/fv/:version`]: 'the same by jobs.runFlowVersion',
  'POST /api/w/:workspace/job_helpers/upload_s3_file':
    'a stream between files.startUpload and files.finishUpload',
  'GET /api/w/:workspace/job_helpers/download_s3_file': 'calls files.get, then streams the file',
  'GET /api/w/:workspace/s3_proxy/:storage/*': 'calls files.open, then streams the file',
  '* /api/r/*': 'what people published; each calls a run operation as the owner of the route',
  'GET /': 'page; calls workspaces.mine',
  'GET /style.css': 'the look of the pages, open',
  'GET /clients/:file': 'files for jobs of other servers, which hold no secret; open',
  'GET /login': 'page, open',
  'POST /login': 'form; calls session.login',
  'POST /logout': 'form; calls session.logout',
  'GET /setup/:secret': 'page; the secret in the address is the right to see it',
  'POST /setup/:secret': 'form; makes the first owner, who alone can audit it',
  'GET /approve/:workspace/:job/:resumeId/:signature': 'page; calls approvals.show',
  'POST /approve/:workspace/:job/:resumeId/:signature': 'form; calls approvals.answer',
  'GET /oauth/consent/:uid': 'page; calls workspaces.mine, folders.names and tokens.preview',
  'POST /oauth/consent/:uid': 'form; calls connections.allow',
  'GET /connections': 'page; calls connections.list',
  'POST /connections': 'form; calls connections.revoke',
  'GET /services': 'page; calls credentials.overview of each workspace',
  'POST /services': 'form; calls credentials.connect, credentials.set or credentials.remove',
  'GET /auth/services/:name/callback': 'services send people back; calls credentials.finish',
  'GET /tokens': 'page; calls tokens.list, tokens.urlTokens, folders.names and tokens.preview',
  'POST /tokens': 'form; calls tokens.create, tokens.rotate or tokens.delete',
  'GET /w/:workspace/favorites': 'page; calls scripts.list and flows.list',
  'POST /w/:workspace/favorites': 'form; calls favorites.star or favorites.unstar',
  'GET /authorize': 'OAuth: begins a consent, for clients that are registered',
  'GET /authorize/:uid': 'OAuth: ends a consent, for the browser that began it',
  'POST /token': 'OAuth: tokens for codes and refresh tokens',
  'POST /register': 'OAuth: clients make themselves known, open',
  'POST /auth/token': 'OAuth: another name of /token',
  'POST /api/mcp/oauth/server/register': 'OAuth: another name of /register',
  [`GET ${windmillIssuer}/authorize`]: 'OAuth: another name of /authorize',
  [`POST ${windmillIssuer}/token`]: 'OAuth: another name of /token',
  [`GET ${windmillIssuer}/.well-known/oauth-authorization-server`]: 'OAuth: what is offered',
  [`GET ${windmillIssuer}/.well-known/openid-configuration`]: 'the same under its other name',
  [`GET ${gatewayIssuer}/authorize`]: 'OAuth: another name of /authorize',
  [`POST ${gatewayIssuer}/token`]: 'OAuth: another name of /token',
  [`GET ${gatewayIssuer}/.well-known/oauth-authorization-server`]: 'OAuth: what is offered',
  [`GET ${gatewayIssuer}/.well-known/openid-configuration`]: 'the same under its other name',
  'POST /revoke': 'OAuth: ends a token, for the client that has it',
  'POST /introspect': 'OAuth: what a token is, for the client that has it',
  'GET /oauth/jwks': 'OAuth: keys of id tokens, of which there are none, open',
  'OPTIONS /token': 'browsers ask before they send',
  'OPTIONS /register': 'the same',
  'OPTIONS /revoke': 'the same',
  'OPTIONS /introspect': 'the same',
  'GET /.well-known/oauth-authorization-server': 'OAuth: what is offered, open',
  'GET /.well-known/oauth-authorization-server/*': 'the same where clients look for it',
  'GET /.well-known/openid-configuration': 'the same under its other name',
  'GET /.well-known/openid-configuration/*': 'the same where clients look for it',
  'GET /.well-known/oauth-protected-resource': 'OAuth: the MCP endpoint /mcp, open',
  'GET /.well-known/oauth-protected-resource/*': 'OAuth: each MCP endpoint, open',
  'GET /w/:workspace/runs/:id': 'page; calls jobs.get',
  'GET /docs/*': 'the documentation as Markdown; calls docs.page',
  [`* ${mcp}/mcp`]: 'the MCP transport, which calls the door itself',
  [`* ${mcp}/mcp/`]: 'the same with a trailing slash',
  [`* ${mcp}/sse`]: 'the same under its older name, and the transport of 2024',
  [`* ${mcp}/sse/`]: 'the same with a trailing slash',
  '* /api/mcp/gateway': 'the MCP transport for the workspace of the token, or all of them',
  '* /api/mcp/gateway/': 'the same with a trailing slash',
  '* /api/mcp': 'the same under its short name',
  '* /api/mcp/': 'the same with a trailing slash',
  '* /mcp': 'the same under its shortest name',
  '* /mcp/': 'the same with a trailing slash',
  [`GET ${mcp}/list_tools`]: 'the endpoint tools as plain REST, for callers',
  [`GET ${mcp}/list_tools/`]: 'the same with a trailing slash',
};

export interface RouteCheck {
  /** Throws a plain error (a bug, found at start) for a route that no list knows. */
  mounted(route: { method: string | string[]; url: string }): void;
  /** Throws one for an address that is listed and not mounted. */
  complete(): void;
}

/** `tables`: the addresses that belong to operations, as `METHOD address`. */
export function createRouteCheck(tables: readonly string[]): RouteCheck {
  const missing = new Set([...tables, ...Object.keys(rawRoutes)]);
  const known = new Set(missing);
  return {
    mounted({ method, url }) {
      for (const one of [method].flat()) {
        const address = [`${one} ${url}`, `* ${url}`].find((form) => known.has(form));
        if (address === undefined) {
          throw new Error(`the route ${one} ${url} stands in no list: see http/raw-routes.ts`);
        }
        missing.delete(address);
      }
    },
    complete() {
      if (missing.size === 0) return;
      throw new Error(`listed and not mounted: ${[...missing].join(', ')}`);
    },
  };
}
