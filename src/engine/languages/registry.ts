// How this machine reaches its npm registry: what the user's own npm configuration says, and
// nothing else of it. The result goes to the installer as a file of its own; secrets in it are
// never logged, cached or shown.
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface RegistrySettings {
  /** Text of an .npmrc with the allowed keys only; '' when npm's defaults hold. */
  npmrc: string;
  /** File with extra certificates, absolute. */
  certificates: string | null;
  /** Proxy variables for the installer's environment. */
  proxy: Record<string, string>;
  /** Where locks may say that a package comes from, besides npm's public registry. */
  origins: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const allowedKey = new RegExp(
  [
    /^(?:@[\w.~-]+:)?registry$/,
    /^\/\/[^\s=]+:(?:_authToken|_auth|username|_password|certfile|keyfile)$/,
    /^(?:_auth|_authToken|ca|strict-ssl)$/,
  ]
    .map((part) => part.source)
    .join('|'),
);

/** `key = "value"` lines, `${NAME}` filled in from `environment` as npm does. */
function readLines(text: string, environment: Environment): [key: string, value: string][] {
  return text.split('\n').flatMap((line): [string, string][] => {
    const found = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (found?.[1] === undefined || found[2] === undefined) return [];
    const value = found[2]
      .replace(/^(["'])(.*)\1$/, '$2')
      .replace(/\$\{(\w+)\}/g, (_whole, name: string) => environment[name] ?? '');
    return [[found[1], value]];
  });
}

function configFiles(environment: Environment): string[] {
  const prefixes = ['/usr', '/usr/local', '/opt/homebrew', dirname(dirname(process.execPath))];
  return [
    // Later files win, as in npm: global before user.
    ...prefixes.map((prefix) => join(prefix, 'etc', 'npmrc')),
    '/etc/npmrc',
    environment['npm_config_globalconfig'] ?? '',
    environment['npm_config_userconfig'] ??
      environment['NPM_CONFIG_USERCONFIG'] ??
      join(homedir(), '.npmrc'),
  ].filter((file) => file !== '');
}

function originOf(url: string): string[] {
  return URL.canParse(url) ? [new URL(url).origin] : [];
}

function proxyOf(settings: ReadonlyMap<string, string>, environment: Environment) {
  const proxy: Record<string, string> = {};
  const take = (name: string, key: string): void => {
    const value = environment[name] ?? environment[name.toLowerCase()] ?? settings.get(key);
    if (value !== undefined && value !== '') proxy[name] = value;
  };
  take('HTTPS_PROXY', 'https-proxy');
  take('HTTP_PROXY', 'proxy');
  take('NO_PROXY', 'noproxy');
  return proxy;
}

/**
 * Reads the configuration anew at each install: people change it while the server runs.
 * `environment` holds npm's and the network's variables (NPM_CONFIG_REGISTRY, HTTPS_PROXY,
 * NODE_EXTRA_CA_CERTS, …), as far as the composition root passes them on.
 */
export async function readRegistry(environment: Environment): Promise<RegistrySettings> {
  const settings = new Map<string, string>();
  for (const file of configFiles(environment)) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const [key, value] of readLines(text, environment)) settings.set(key, value);
  }
  const registry = environment['npm_config_registry'] ?? environment['NPM_CONFIG_REGISTRY'];
  if (registry) settings.set('registry', registry);
  const allowed = [...settings].filter(([key]) => allowedKey.test(key));
  return {
    npmrc: allowed.map(([key, value]) => `${key}=${value}\n`).join(''),
    certificates: environment['NODE_EXTRA_CA_CERTS'] || settings.get('cafile') || null,
    proxy: proxyOf(settings, environment),
    origins: [
      'https://registry.npmjs.org',
      ...allowed.flatMap(([key, value]) => (key.endsWith('registry') ? originOf(value) : [])),
    ],
  };
}
