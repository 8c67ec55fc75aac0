// Compiled Go scripts: one folder for each version of the code and of Go, from the cache, or made
// once in the sandbox, without network. The program reads args.json, calls the function that it
// names and writes result.json.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Log, sha256 } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { assertGoScript, blanked, goFile, goFunctions } from './go-source.ts';
import { runInstaller } from './installer.ts';
import { createPackageFolders } from './package-folders.ts';
import { findProgram, neededProgram } from './programs.ts';
import { runQuietly } from './quiet-child.ts';
import { createSharing } from './sharing.ts';
import { syntaxError } from './syntax-error.ts';

const caller = `package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"

	"script/inner"
)

type request struct {
	Entrypoint string
	Parameters []string
	Args       map[string]json.RawMessage
}

func fail(text interface{}) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(1)
}

func call() interface{} {
	text, err := os.ReadFile("args.json")
	if err != nil {
		fail(err)
	}
	os.Remove("args.json")
	var asked request
	if err := json.Unmarshal(text, &asked); err != nil {
		fail(err)
	}
	function := reflect.ValueOf(inner.MillraceFunctions[asked.Entrypoint])
	if !function.IsValid() {
		fail("the script defines no function named \\"" + asked.Entrypoint + "\\"")
	}
	kind := function.Type()
	given := make([]reflect.Value, kind.NumIn())
	for i := range given {
		value := reflect.New(kind.In(i))
		if i < len(asked.Parameters) {
			name := asked.Parameters[i]
			if raw, ok := asked.Args[name]; ok {
				if err := json.Unmarshal(raw, value.Interface()); err != nil {
					fail("the argument " + name + ": " + err.Error())
				}
			}
		}
		given[i] = value.Elem()
	}
	var values []reflect.Value
	if kind.IsVariadic() {
		values = function.CallSlice(given)
	} else {
		values = function.Call(given)
	}
	if last := len(values) - 1; last >= 0 {
		if kind.Out(last) == reflect.TypeOf((*error)(nil)).Elem() {
			if err, failed := values[last].Interface().(error); failed {
				fail(err)
			}
			values = values[:last]
		}
	}
	if len(values) == 0 {
		return nil
	}
	return values[0].Interface()
}

func main() {
	defer func() {
		if problem := recover(); problem != nil {
			os.Stderr.Write(debug.Stack())
			fail(fmt.Sprint("panic: ", problem))
		}
	}()
	result, err := json.Marshal(call())
	if err != nil {
		fail(err)
	}
	if err := os.WriteFile("result.json", result, 0o644); err != nil {
		fail(err)
	}
}
`;

/** Go exports only names with a capital: this file hands the script's own functions out. */
function functionsFile(code: string): string {
  const names = [...new Set(goFunctions(blanked(code)))];
  const rows = names.map((name) => `\t"${name}": ${name},\n`).join('');
  return `package inner\n\nvar MillraceFunctions = map[string]interface{}{\n${rows}}\n`;
}

export interface GoRequest {
  code: string;
  signal: AbortSignal;
  onOutput?: (text: string) => void;
}

export interface GoPrograms {
  /** Is there a Go here to compile with? */
  readonly available: boolean;
  /**
   * The folder with the file `program`. Throws `unprocessable` with line and column when the code
   * does not compile, `unavailable` without a Go, `canceled`, `timeout`.
   */
  provide(request: GoRequest): Promise<string>;
}

function compileError(content: string, output: string): AppError {
  const [, line, column, problem = ''] = /\bscript\.go:(\d+):(\d+): (.*)/.exec(output) ?? [];
  if (line === undefined) {
    return new AppError('unprocessable', 'The Go script does not compile.', {
      hint: output.trim().slice(-2000),
    });
  }
  const place = { line: Number(line), column: Number(column) };
  return syntaxError({ file: goFile, content, ...place }, problem);
}

export function createGoPrograms(deps: {
  /** See `openPackagesRoot`. */
  root: () => Promise<string>;
  sandbox: Sandbox;
  log: Log;
}): GoPrograms {
  const { sandbox } = deps;
  const folders = createPackageFolders(deps);
  const go = findProgram('go', sandbox);
  let asked: Promise<string> | undefined;

  /** Such as `go1.19.8`. */
  async function askVersion(file: string): Promise<string> {
    const argv = [file, 'env', 'GOVERSION'];
    const outcome = await runQuietly({ argv, readOnly: [], sandbox }, '');
    return outcome?.stdout.trim() ?? '';
  }

  async function compile(file: string, version: string, how: GoRequest & { folder: string }) {
    const { folder, code, signal, onOutput } = how;
    const [release = '1.18'] = /\d+\.\d+/.exec(version) ?? [];
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'go.mod'), `module script\n\ngo ${release}\n`);
    await writeFile(join(folder, 'main.go'), caller);
    await writeFile(join(folder, 'inner', goFile), code);
    await writeFile(join(folder, 'inner', 'functions.go'), functionsFile(code));
    const command = sandbox.wrap({
      argv: [file, 'build', '-ldflags=-s -w', '-o', 'program', '.'],
      readOnly: [],
      writable: [],
      workFolder: folder,
      env: {
        HOME: folder,
        // Go takes no module that lies in the temporary folder itself.
        TMPDIR: temporary,
        PATH: '/usr/local/bin:/usr/bin:/bin',
        GOCACHE: join(folder, 'cache'),
        GOPATH: join(folder, 'path'),
        GOPROXY: 'off',
        GOTOOLCHAIN: 'local',
        GOTELEMETRY: 'off',
      },
      network: false,
    });
    const doing = 'Compiling the script';
    const ended = await runInstaller(command, { signal, doing, ...(onOutput ? { onOutput } : {}) });
    if (ended.status !== 0) throw compileError(code, ended.output);
    for (const name of await readdir(folder)) {
      if (name !== 'program') await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  const share = createSharing(async (request: GoRequest & { file: string; version: string }) => {
    const folder = await folders.make();
    try {
      await compile(request.file, request.version, { ...request, folder });
      const kept = await folders.keep(folder, keyOf(request.version, request.code));
      await folders.prune();
      return kept;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  const keyOf = (version: string, code: string): string =>
    sha256([version, process.platform, process.arch, caller, code].join('\n'));

  return {
    available: go !== undefined,
    async provide(request) {
      assertGoScript(request.code);
      if (go === undefined) {
        throw new AppError('unavailable', 'Go scripts cannot be compiled here.', {
          hint: `This machine needs ${neededProgram('go')}.`,
        });
      }
      const version = await (asked ??= askVersion(go));
      const key = keyOf(version, request.code);
      return (await folders.find(key)) ?? share(key, { ...request, file: go, version });
    },
  };
}
