// What clients are known to trip over in a list of tools. Pure. Limits: Anthropic's and OpenAI's
// names, the counts of VS Code and Cursor, and root schemas that whole providers refuse.
import { isLoose, type Loose, notice, problem, type Said, type Tool } from './step.ts';

const maxNameLength = 64;
/** Claude Code and Cursor put the name of the server before it. */
const tightNameLength = 50;
const maxTools = 128;
const tightTools = 80;
const maxPropertyLength = 64;
const namePattern = /^[a-zA-Z0-9_-]{1,128}$/;

/** `a, b and 3 more`. */
function some(tools: readonly Tool[]): string {
  const shown = tools.slice(0, 3).map(({ name }) => name.slice(0, 80) || '(no name)');
  const rest = tools.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

const schemaOf = ({ definition }: Tool, key = 'inputSchema'): Loose | undefined => {
  const schema = definition[key];
  return isLoose(schema) ? schema : undefined;
};

const combined = (schema: Loose | undefined): boolean =>
  schema !== undefined && ['oneOf', 'anyOf', 'allOf'].some((key) => key in schema);

function longProperty(tool: Tool): boolean {
  const properties = schemaOf(tool)?.['properties'];
  const names = isLoose(properties) ? Object.keys(properties) : [];
  return names.some((name) => name.length > maxPropertyLength);
}

interface Rule {
  says: string;
  fix: string;
  /** A client loses the whole list by it, not only the tool. */
  grave?: boolean;
  breaks(tool: Tool, all: readonly Tool[]): boolean;
}

const rules: readonly Rule[] = [
  {
    says: 'Names that models cannot be given',
    fix: 'Use letters, digits, _ and - only.',
    grave: true,
    breaks: ({ name }) => !namePattern.test(name),
  },
  {
    says: 'Several tools with one name',
    fix: 'Give each tool a name of its own.',
    grave: true,
    breaks: (tool, all) => all.some((other) => other !== tool && other.name === tool.name),
  },
  {
    says: 'An inputSchema that is no object at its root',
    fix: 'Say "type": "object" at the root of the schema.',
    grave: true,
    breaks: (tool) => schemaOf(tool)?.['type'] !== 'object',
  },
  {
    says: 'oneOf, anyOf or allOf at the root of the inputSchema',
    fix: 'Move it below a property: several providers refuse the whole request.',
    grave: true,
    breaks: (tool) => combined(schemaOf(tool)),
  },
  {
    says: 'An outputSchema that is no object at its root',
    fix: 'Say "type": "object": clients of the first SDK refuse the whole list.',
    grave: true,
    breaks: ({ definition }) =>
      'outputSchema' in definition &&
      (!isLoose(definition['outputSchema']) || definition['outputSchema']['type'] !== 'object'),
  },
  {
    says: `Names longer than ${maxNameLength} letters, which OpenAI refuses`,
    fix: `Keep names below ${tightNameLength} letters.`,
    breaks: ({ name }) => name.length > maxNameLength,
  },
  {
    says: 'Names so long that Cursor hides them, where it puts that of the server before them',
    fix: `Keep names below ${tightNameLength} letters.`,
    breaks: ({ name }) => name.length > tightNameLength && name.length <= maxNameLength,
  },
  {
    says: `Arguments with names longer than ${maxPropertyLength} letters`,
    fix: 'Shorten them.',
    breaks: longProperty,
  },
  {
    says: 'No description',
    fix: 'Say in one sentence when to use it.',
    breaks: ({ definition }) => !definition['description'],
  },
];

/** What is to be said about the list, the grave first. */
export function lintTools(tools: readonly Tool[]): Said[] {
  const said = rules.flatMap(({ says, fix, grave, breaks }) => {
    const broken = tools.filter((tool) => breaks(tool, tools));
    if (broken.length === 0) return [];
    const detail = `${says}: ${some(broken)}.`;
    return [grave ? problem(detail, fix) : notice(detail, fix)];
  });
  if (tools.length <= tightTools) return said;
  const limit =
    tools.length > maxTools
      ? `more than VS Code and OpenAI take at a time (${maxTools})`
      : `more than Cursor shows at a time (${tightTools})`;
  const fix = 'Offer fewer: a narrower scope, favourites only.';
  return [...said, notice(`There are ${tools.length} tools, ${limit}.`, fix)];
}
