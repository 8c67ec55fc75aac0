// Workflows as code: the runner needs two parts of the very client that the script imports, so its
// bundle exports them beside what the script exports.

/** The name that the harness looks for. */
export const workflowExport = '__millrace_workflow';

/** `workflow(…)` of a client that the script imports, by whatever name. */
const calls = /\bworkflow\s*(?:<[^()]*>)?\s*\(/;
const imports = /\bfrom\s*(["'])((?:npm:)?windmill-client(?:@[^"'\s]+)?)\1/;

/** The source with that export behind its last line; as it is when it is no workflow. */
export function withWorkflowClient(content: string): string {
  const specifier = calls.test(content) ? imports.exec(content)?.[2] : undefined;
  if (specifier === undefined) return content;
  // By properties of the namespace: a client that is too old has neither, and that is no error.
  const parts = ['WorkflowCtx', 'setWorkflowCtx'].map((part) => `${part}: __millrace.${part}`);
  return (
    `${content}\nimport * as __millrace from ${JSON.stringify(specifier)};\n` +
    `export const ${workflowExport} = { ${parts.join(', ')} };\n`
  );
}
