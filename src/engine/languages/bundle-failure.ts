// esbuild's errors in our words: which file and line of which script or package, and the way out.
import type { BuildFailure, Message } from 'esbuild';
import { AppError, messageOf } from '../../base/index.ts';
import { packageOf } from './package-plugin.ts';
import { syntaxError } from './syntax-error.ts';

/** Is this what esbuild throws for code that it cannot build? */
export function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

function ofPackage(name: string, message: Message): AppError {
  const missing = /^Could not resolve "([^"]+)"/.exec(message.text)?.[1];
  if (missing !== undefined && /^[./]/.test(missing)) {
    return new AppError(
      'unprocessable',
      `The package ${name} imports "${missing}", a file that does not come with it.`,
      { hint: 'Try another version of it, or another package.' },
    );
  }
  if (missing !== undefined) {
    return new AppError(
      'unprocessable',
      `The package ${name} imports "${missing}", which is not installed with it.`,
      { hint: `Import ${missing} in the script as well, so that it is installed.` },
    );
  }
  if (/No loader is configured for "\.node"/.test(message.text)) {
    return new AppError(
      'unprocessable',
      `The package ${name} holds compiled code (.node), which cannot be bundled.`,
      { hint: 'Use a package in plain JavaScript or WebAssembly that does the same.' },
    );
  }
  return new AppError('unprocessable', `The package ${name} cannot be bundled: ${message.text}`, {
    hint: 'Try another version of it, or another package.',
  });
}

/** What to throw for a failed build of the script `path`. */
export function bundleFailure(error: unknown, script: { path: string; content: string }): unknown {
  if (error instanceof AppError) return error;
  const message = isBuildFailure(error) ? error.errors[0] : undefined;
  if (!message) {
    return new AppError('unprocessable', `${script.path} cannot be bundled: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { location } = message;
  const file = (location?.file ?? '').replace(/^script:/, '');
  const native = /No loader is configured for "\.node" files: (.*)/.exec(message.text)?.[1];
  const name = packageOf(native ?? file);
  if (name !== null) return ofPackage(name, message);
  if (!location) {
    return new AppError('unprocessable', `${script.path} cannot be bundled: ${message.text}`);
  }
  return syntaxError(
    {
      file,
      content: file === script.path ? script.content : '',
      line: location.line,
      column: location.column + 1,
    },
    message.text,
  );
}
