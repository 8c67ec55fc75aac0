// The documents by which clients find the authorization server: RFC 8414 for itself, RFC 9728 for
// each MCP address. The issuer is the bare origin for all of them.
import { assertionAlgorithms } from '../../gateway/index.ts';

/** What clients may ask for; the consent page offers more. */
const offeredScopes = ['mcp:all', 'mcp:favorites'];

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** How clients of the gateway prove who they are. */
const gatewayAuth = ['client_secret_basic', 'private_key_jwt'];

/**
 * RFC 8414 section 2, and what OpenID clients look for besides. `delegates`: flows act for people
 * here, by the token exchange of RFC 8693.
 */
export function serverMetadata(origin: string, delegates: boolean): Record<string, unknown> {
  const authMethods = ['none', ...(delegates ? gatewayAuth : [])];
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    revocation_endpoint: `${origin}/revoke`,
    introspection_endpoint: `${origin}/introspect`,
    jwks_uri: `${origin}/oauth/jwks`,
    scopes_supported: [...offeredScopes, 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      ...(delegates ? [exchangeGrant] : []),
    ],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: authMethods,
    ...(delegates && { token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms }),
    revocation_endpoint_auth_methods_supported: ['none'],
    introspection_endpoint_auth_methods_supported: authMethods,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
  };
}

/** RFC 9728 section 2 for the MCP endpoint at `path`. */
export function resourceMetadata(origin: string, path: string): Record<string, unknown> {
  return {
    resource: `${origin}${path}`,
    authorization_servers: [origin],
    scopes_supported: offeredScopes,
    bearer_methods_supported: ['header'],
    resource_name: 'Millrace',
  };
}

/** Where the document of an MCP endpoint is, for the 401 challenge. */
export function resourceMetadataUrl(origin: string, path: string): string {
  return `${origin}/.well-known/oauth-protected-resource${path}`;
}
