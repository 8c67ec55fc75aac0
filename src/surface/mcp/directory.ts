// All tools of one caller, by name and by words. The index over words is made at the first search
// and kept with the list that it is about.
import { createRanking, nearest, type Ranking } from '../../base/index.ts';
import type { Directory, Tool } from './tool.ts';

const mostSimilar = 3;

/** `s-f_team_report` says its path to the search. */
function wordsOfName(name: string): string {
  return name.replaceAll(/[_-]+/g, ' ');
}

function argumentWords({ definition }: Tool): string {
  const { properties } = definition.inputSchema;
  return Object.keys(properties ?? {}).join(' ');
}

export function createDirectory(tools: readonly Tool[]): Directory {
  const byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  let ranking: Ranking | undefined;

  function index(): Ranking {
    return createRanking(
      tools.map((tool) => [
        { text: `${tool.definition.name} ${wordsOfName(tool.definition.name)}`, weight: 3 },
        { text: tool.definition.title, weight: 3 },
        { text: tool.definition.description, weight: 1 },
        { text: argumentWords(tool), weight: 0.5 },
      ]),
    );
  }

  return {
    size: tools.length,
    get: (name) => byName.get(name),
    search(words, limit) {
      const exact = byName.get(words.trim());
      if (exact) return [exact];
      ranking ??= index();
      return ranking.search(words, limit).flatMap(({ index: place }) => tools[place] ?? []);
    },
    similar(name) {
      const names = new Set(byName.keys());
      const found: string[] = [];
      for (let count = 0; count < mostSimilar; count += 1) {
        const next = nearest(name, names);
        if (next === undefined) break;
        found.push(next);
        names.delete(next);
      }
      return found.length > 0 ? `Did you mean ${found.join(' or ')}? ` : '';
    },
  };
}
