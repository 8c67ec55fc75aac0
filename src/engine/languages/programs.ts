// The programs of languages that come from outside: where a script can reach them, and what brings
// them to a machine that has none.
import { existsSync, realpathSync } from 'node:fs';
import type { Sandbox } from '../sandbox/index.ts';

export type ToolLanguage = 'php' | 'ruby' | 'go' | 'powershell';

interface Program {
  name: string;
  install: string;
}

const programs: Record<ToolLanguage, Program> = {
  php: { name: 'php', install: 'apt-get install php-cli' },
  ruby: { name: 'ruby', install: 'apt-get install ruby' },
  go: { name: 'go', install: 'apt-get install golang-go' },
  powershell: { name: 'pwsh', install: 'see https://learn.microsoft.com/powershell' },
};

const folders = ['/usr/bin', '/usr/local/bin', '/usr/local/go/bin'];

/** The program's own file, links resolved; undefined when there is none that scripts can reach. */
export function findProgram(language: ToolLanguage, sandbox: Sandbox): string | undefined {
  const places = folders.map((folder) => `${folder}/${programs[language].name}`);
  const found = places.find((path) => existsSync(path) && sandbox.canReach(realpathSync(path)));
  return found === undefined ? undefined : realpathSync(found);
}

/** What a machine needs to run the language: `pwsh (see …)`; undefined where npm brings it all. */
export function neededProgram(language: string): string | undefined {
  if (!Object.hasOwn(programs, language)) return undefined;
  const { name, install } = programs[language as ToolLanguage];
  return `${name} (${install})`;
}
