// What a token or a connection may do, in words. No I/O.
import { scopePicker } from '../../operation/index.ts';
import type { ToolChoice } from './tool-picker.ts';

function named(kind: string, patterns: readonly string[]): string[] {
  if (patterns.length === 0) return [];
  return [patterns.includes('*') ? `all ${kind}` : `the ${kind} ${patterns.join(', ')}`];
}

function mcpInWords(choice: ToolChoice): string {
  const { mode, folders, scripts, flows, endpoints } = choice;
  switch (mode) {
    case 'favorites':
      return 'run your favourites and use all tools';
    case 'folders':
      return `run and change what is in ${folders.join(', ')}, and use all tools`;
    case 'custom': {
      const lists = [
        ...named('scripts', scripts),
        ...named('flows', flows),
        ...named('tools', endpoints),
      ];
      return lists.length > 0 ? `use ${lists.join('; ')}` : 'use nothing';
    }
    case 'read':
      return 'look at everything that you may see';
    default:
      return 'use all scripts, flows and tools';
  }
}

/** As it follows “it may”. Scopes null: all that the person may. */
export function reachInWords({
  scopes,
  readOnly,
}: {
  scopes: readonly string[] | null;
  readOnly: boolean;
}): string {
  const only = readOnly ? ', but run and change nothing' : '';
  if (scopes === null) return `do everything that you may${only}`;
  const choice = scopePicker.choiceOf({ scopes: [...scopes], readOnly });
  const mcp = scopes.some((scope) => scope.trim().startsWith('mcp'));
  const others = choice.others.length > 0 ? [choice.others.join(', ')] : [];
  const words = [...(mcp ? [mcpInWords(choice)] : []), ...others].join(', and ');
  return choice.mode === 'read' && mcp ? words : `${words}${only}`;
}
