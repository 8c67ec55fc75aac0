// Languages whose program is on the worker or not: PHP, Ruby. Each run is a Bash run that writes
// the script with a small caller beside it and starts the program; the caller reads the arguments,
// calls main and writes its value to result.json.
import { existsSync } from 'node:fs';
import type { Sandbox } from '../sandbox/index.ts';
import { quoted } from './bash.ts';
import type { RunLanguage, RunRequest } from './runner.ts';

export type ToolLanguage = 'php' | 'ruby';

interface Tool {
  program: string;
  debianPackage: string;
  /** File of the script. */
  main: string;
  caller: string;
  /** Command line behind the program. */
  argv: readonly string[];
}

const phpCaller = `<?php
$request = json_decode(file_get_contents('args.json'), true, 512, JSON_BIGINT_AS_STRING);
unlink('args.json');
require 'main.php';
$name = $request['entrypoint'];
if (!function_exists($name)) {
  fwrite(STDERR, "the script defines no function named \\"$name\\"\\n");
  exit(1);
}
$result = $name(...$request['args']);
$flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION;
file_put_contents('result.json', json_encode($result, $flags | JSON_THROW_ON_ERROR));
`;

const rubyCaller = `require 'json'
request = JSON.parse(File.read('args.json'))
File.delete('args.json')
load './main.rb'
name = request['entrypoint'].to_sym
abort "the script defines no method named \\"#{name}\\"" unless respond_to?(name, true)
given = request['args']
kinds = method(name).parameters
positional = kinds.select { |kind, _| %i[req opt].include?(kind) }.map { |_, key| key.to_s }
# What is absent behind the last one given takes its default; before it, it is nil.
positional.pop until positional.empty? || given.key?(positional.last)
named = kinds.select { |kind, key| %i[key keyreq].include?(kind) && given.key?(key.to_s) }
keywords = named.to_h { |_, key| [key, given[key.to_s]] }
result = send(name, *positional.map { |key| given[key] }, **keywords)
File.write('result.json', JSON.generate(result))
`;

const tools: Record<ToolLanguage, Tool> = {
  php: {
    program: 'php',
    debianPackage: 'php-cli',
    main: 'main.php',
    caller: phpCaller,
    argv: ['-d', 'display_errors=stderr', '-d', 'log_errors=0', '-d', 'memory_limit=-1'],
  },
  ruby: {
    program: 'ruby',
    debianPackage: 'ruby',
    main: 'main.rb',
    caller: rubyCaller,
    argv: [],
  },
};

/** A script that ends its process has no result, whatever it printed last. */
const insists =
  '[[ -f result.json ]] || { echo "the script ended before main returned" >&2; exit 1; }';

const toolOf = (language: string): Tool | undefined =>
  Object.hasOwn(tools, language) ? tools[language as ToolLanguage] : undefined;

/** Languages without their program here: why, with the way out. Asked once, at the start. */
export function findMissingTools(sandbox: Sandbox): ReadonlyMap<RunLanguage, string> {
  const reasons = new Map<RunLanguage, string>();
  for (const [language, tool] of Object.entries(tools)) {
    const reason = whyMissing(tool, sandbox);
    if (reason !== undefined) reasons.set(language as ToolLanguage, reason);
  }
  return reasons;
}

function whyMissing(tool: Tool, sandbox: Sandbox): string | undefined {
  const places = ['/usr/bin', '/usr/local/bin'].map((folder) => `${folder}/${tool.program}`);
  if (places.some((path) => existsSync(path) && sandbox.canReach(path))) return undefined;
  return `${tool.program} is not installed; run: apt-get install ${tool.debianPackage}`;
}

/** The Bash run that a run of such a language is; any other request comes back as it is. */
export function asShellRun(request: RunRequest): RunRequest {
  const tool = toolOf(request.language);
  if (tool === undefined) return request;
  const { entrypoint, parameters, args } = request;
  const known = Object.entries(args).filter(([name]) => parameters.includes(name));
  const files = {
    [tool.main]: request.code,
    caller: tool.caller,
    'args.json': JSON.stringify({ entrypoint, args: Object.fromEntries(known) }),
  };
  const writes = Object.entries(files).map(
    ([name, text]) => `printf '%s' ${quoted(text)} >${name}`,
  );
  const command = [tool.program, ...tool.argv, 'caller'].join(' ');
  const code = [...writes, command, insists, ''].join('\n');
  return { ...request, code, parameters: [], args: {} };
}
