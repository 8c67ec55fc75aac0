// Id tokens of jobs, and what verifies them: below `/api/oidc`, as with Windmill. The origin has a
// `.well-known` of its own, for logging in to this server.
import { present } from './fields.ts';
import { get, json, post, type Row, text } from './table.ts';

export const idTokenRows: readonly Row[] = [
  post({
    path: 'w/:workspace/oidc/token/*',
    operation: 'idTokens.create',
    input: (request) => ({
      audience: request.rest(),
      ...present({ lifeS: request.query.whole('expires_in') }),
    }),
    answer: text(({ token }: { token: string }) => token),
  }),
  get({
    path: 'oidc/.well-known/openid-configuration',
    operation: 'idTokens.configuration',
    input: () => ({}),
    answer: json(),
  }),
  get({
    path: 'oidc/jwks',
    operation: 'idTokens.keys',
    input: () => ({}),
    answer: json(),
  }),
];
