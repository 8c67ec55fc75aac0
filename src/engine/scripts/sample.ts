// The script that a new workspace begins with, so that the first tool list is not empty.
import { newScript } from './script.ts';

const content = `// A script is a function. Its parameters become the tool's arguments.
export async function main(name: string = 'world', excited: boolean = false) {
  console.log('saying hello to', name);
  return { greeting: 'Hello, ' + name + (excited ? '!' : '.'), at: new Date().toISOString() };
}
`;

export const sampleScript = newScript.parse({
  path: 'f/examples/hello',
  language: 'bun',
  summary: 'Say hello',
  description: 'Greets somebody by name. A first script to run, read and change.',
  content,
});
