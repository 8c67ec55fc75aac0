// The resource types that every workspace begins with. A workspace's own type of the same name
// takes the place of one of these.
import type { ResourceType } from './resource-type.ts';

type Property = Readonly<Record<string, unknown>>;

const text = (description: string, more: Property = {}): Property => ({
  type: 'string',
  description,
  ...more,
});
const secret = (description: string): Property => text(description, { password: true });
const whole = (description: string, more: Property = {}): Property => ({
  type: 'integer',
  description,
  ...more,
});
const flag = (description: string, value: boolean): Property => ({
  type: 'boolean',
  description,
  default: value,
});

interface Starter {
  name: string;
  displayName: string;
  description: string;
  required: readonly string[];
  properties: Readonly<Record<string, Property>>;
}

const sqlServer = (port: number): Record<string, Property> => ({
  host: text('Name or address of the server'),
  port: whole('TCP port', { default: port }),
  user: text('User'),
  password: secret('Password'),
  dbname: text('Name of the database'),
});

const starters: readonly Starter[] = [
  {
    name: 'postgresql',
    displayName: 'PostgreSQL',
    description: 'A PostgreSQL database.',
    required: ['host', 'dbname'],
    properties: {
      ...sqlServer(5432),
      sslmode: text('Encryption of the connection', {
        enum: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
      }),
      root_certificate_pem: text('Certificate of the authority, PEM'),
    },
  },
  {
    name: 'mysql',
    displayName: 'MySQL',
    description: 'A MySQL or MariaDB database.',
    required: ['host', 'database'],
    properties: {
      host: text('Name or address of the server'),
      port: whole('TCP port', { default: 3306 }),
      user: text('User'),
      password: secret('Password'),
      database: text('Name of the database'),
      ssl: flag('Encrypt the connection', false),
      root_certificate_pem: text('Certificate of the authority, PEM; checked when given'),
    },
  },
  {
    name: 'slack',
    displayName: 'Slack',
    description: 'A Slack app.',
    required: ['token'],
    properties: { token: secret('Token of the bot or user, xoxb-… or xoxp-…') },
  },
  {
    name: 'github',
    displayName: 'GitHub',
    description: 'Access to GitHub.',
    required: ['token'],
    properties: { token: secret('Personal access token') },
  },
  {
    name: 'openai',
    displayName: 'OpenAI',
    description: 'OpenAI, or any server that speaks its protocol.',
    required: ['api_key'],
    properties: {
      api_key: secret('API key'),
      organization_id: text('Organization'),
      base_url: text('Address of another server'),
    },
  },
  {
    name: 'anthropic',
    displayName: 'Anthropic',
    description: 'Anthropic, or any server that speaks its protocol.',
    required: ['apiKey'],
    properties: { apiKey: secret('API key'), base_url: text('Address of another server') },
  },
  {
    name: 'smtp',
    displayName: 'SMTP',
    description: 'A mail server to send through.',
    required: ['host', 'port'],
    properties: {
      host: text('Name or address of the server'),
      port: whole('TCP port', { default: 587 }),
      user: text('User'),
      password: secret('Password'),
    },
  },
  {
    name: 's3',
    displayName: 'S3',
    description: 'A bucket of S3 or of a compatible store.',
    required: ['bucket', 'region'],
    properties: {
      bucket: text('Name of the bucket'),
      region: text('Region'),
      endPoint: text('Host of the store'),
      port: whole('TCP port'),
      useSSL: flag('Use https', true),
      pathStyle: flag('The bucket stands in the path', false),
      accessKey: text('Access key'),
      secretKey: secret('Secret key'),
    },
  },
  {
    name: 'mcp',
    displayName: 'MCP server',
    description: 'An MCP server over HTTP, for agents.',
    required: ['url'],
    properties: {
      name: text('Name of the server'),
      url: text('Address'),
      token: secret('Bearer token'),
      headers: {
        type: 'object',
        description: 'Further headers',
        additionalProperties: { type: 'string' },
      },
    },
  },
  {
    name: 'http',
    displayName: 'HTTP',
    description: 'An HTTP service.',
    required: ['url'],
    properties: {
      url: text('Address that paths are added to'),
      headers: {
        type: 'object',
        description: 'Headers of each request',
        additionalProperties: { type: 'string' },
      },
      username: text('User of basic authentication'),
      password: secret('Password of basic authentication'),
      token: secret('Bearer token'),
    },
  },
  {
    name: 'graphql',
    displayName: 'GraphQL',
    description: 'A GraphQL server, for scripts of the language graphql.',
    required: ['base_url'],
    properties: {
      base_url: text('Address that queries are sent to'),
      bearer_token: secret('Bearer token'),
      custom_headers: {
        type: 'object',
        description: 'Further headers',
        additionalProperties: { type: 'string' },
      },
    },
  },
];

export const starterTypes: readonly ResourceType[] = starters.map(
  ({ name, displayName, description, required, properties }) => ({
    name,
    workspaceId: null,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties,
      required,
    },
    description,
    displayName,
    formatExtension: null,
    isFileset: false,
    createdBy: null,
    editedAt: null,
  }),
);
