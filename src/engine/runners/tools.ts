// Languages whose program is on the worker or not: PHP, Ruby, Go, PowerShell. Each run is a Bash
// run that writes the script with a small caller beside it and starts the program; the caller reads
// the arguments, calls main and writes its value to result.json.
import { dirname } from 'node:path';
import { findProgram, neededProgram, type ToolLanguage } from '../languages/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { quoted } from './bash.ts';
import type { PlacedRequest, RunLanguage, RunRequest } from './runner.ts';

interface Tool {
  /** What is written before it starts, besides the arguments. */
  files(code: string): Record<string, string>;
  /** Its command line; `folder` is the one that the run may read. */
  command(folder: string): string;
  /** The last line of the output counts where there is no other result, as in Bash. */
  talks?: boolean;
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

const powershellCaller = `$ErrorActionPreference = 'Stop'
$request = Get-Content -Raw args.json | ConvertFrom-Json -AsHashtable
Remove-Item args.json
$given = $request['args']
& ./main.ps1 @given
if ($LASTEXITCODE) { exit $LASTEXITCODE }
`;

const powershell = [
  'POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1',
  'pwsh -NoLogo -NoProfile -NonInteractive -File caller.ps1',
].join(' ');

const tools: Record<ToolLanguage, Tool> = {
  php: {
    files: (code) => ({ 'main.php': code, caller: phpCaller }),
    command: () => 'php -d display_errors=stderr -d log_errors=0 -d memory_limit=-1 caller',
  },
  ruby: {
    files: (code) => ({ 'main.rb': code, caller: rubyCaller }),
    command: () => 'ruby caller',
  },
  // Its caller is compiled with the script.
  go: { files: () => ({}), command: (folder) => `${quoted(folder)}/program` },
  powershell: {
    files: (code) => ({ 'main.ps1': code, 'caller.ps1': powershellCaller }),
    command: () => powershell,
    talks: true,
  },
};

/** A script that ends its process has no result, whatever it printed last. */
const insists =
  '[[ -f result.json ]] || { echo "the script ended before main returned" >&2; exit 1; }';

const toolLanguages = Object.keys(tools) as ToolLanguage[];

/** Languages without their program here: why, with the way out. Asked once, at the start. */
export function findMissingTools(sandbox: Sandbox): ReadonlyMap<RunLanguage, string> {
  const missing = toolLanguages.filter((name) => findProgram(name, sandbox) === undefined);
  return new Map(missing.map((name) => [name, `this machine needs ${neededProgram(name)}`]));
}

/** Where PowerShell is installed is not among the folders that every run may read. */
function folderOf({ language, packages }: RunRequest, sandbox: Sandbox): string | undefined {
  const program = language === 'powershell' ? findProgram(language, sandbox) : undefined;
  return program === undefined ? packages : dirname(program);
}

/** The Bash run that a run of such a language is; any other request comes back as it is. */
export function asShellRun(request: PlacedRequest, sandbox: Sandbox): PlacedRequest {
  const { language, entrypoint, parameters, args } = request;
  if (!Object.hasOwn(tools, language)) return request;
  const tool = tools[language as ToolLanguage];
  const folder = folderOf(request, sandbox);
  const known = Object.entries(args).filter(([name]) => parameters.includes(name));
  const asked = { entrypoint, parameters, args: Object.fromEntries(known) };
  const files = { ...tool.files(request.code), 'args.json': JSON.stringify(asked) };
  const writes = Object.entries(files).map(
    ([name, text]) => `printf '%s' ${quoted(text)} >${name}`,
  );
  const code = [...writes, tool.command(folder ?? ''), tool.talks ? '' : insists, ''].join('\n');
  const shell = { ...request, code, parameters: [], args: {} };
  return folder === undefined ? shell : { ...shell, packages: folder };
}
