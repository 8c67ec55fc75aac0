// Asks what choices result in, for the pages that offer them: the folders of a person and, for
// each choice, the tools that a token of it would list.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { scopePicker } from '../../operation/index.ts';
import { html, type Html } from './html.ts';
import type { PageDeps } from './routes.ts';
import { type Preview, toolList } from './tool-list.ts';
import type { Mode, PickerFacts, ToolChoice } from './tool-picker.ts';
import type { OwnWorkspace } from './visitor.ts';

/** Whoever chooses all workspaces sees the lists of so many. */
const maxWorkspaces = 5;

const plain: readonly Mode[] = ['favorites', 'all', 'read'];

/** What is to be asked: the page's request, and the workspaces that are chosen. */
export interface Chooser {
  request: FastifyRequest;
  reply: FastifyReply;
  workspaces: readonly OwnWorkspace[];
}

async function listOf(
  deps: PageDeps,
  { request, reply, workspaces }: Chooser,
  { choice, isOpen }: { choice: ToolChoice; isOpen: boolean },
): Promise<Html> {
  const { scopes, readOnly } = scopePicker.reachOf(choice);
  const shown = workspaces.slice(0, maxWorkspaces);
  const lists = await Promise.all(
    shown.map(async ({ id }) => {
      const input = () => ({ scopes, readOnly });
      const ask = { name: 'tokens.preview', workspace: id, input };
      const preview = (await deps.invoke(request, reply, ask)) as Preview;
      return toolList(preview, { workspace: workspaces.length > 1 ? id : undefined, isOpen });
    }),
  );
  const rest = workspaces.length - shown.length;
  return html`${lists} ${rest > 0 && html`<p class="note">and ${rest} more workspaces</p>`}`;
}

async function foldersOf(
  deps: PageDeps,
  { request, reply, workspaces }: Chooser,
): Promise<string[]> {
  const found = await Promise.all(
    workspaces.slice(0, maxWorkspaces).map(async ({ id, username }) => {
      const ask = { name: 'folders.names', workspace: id, input: () => ({}) };
      const names = (await deps.invoke(request, reply, ask)) as string[];
      // Windmill keeps groups, themes and the like of apps in folders of their own.
      const own = names.filter((name) => !name.startsWith('app_')).map((name) => `f/${name}`);
      return [...own, `u/${username}`];
    }),
  );
  return [...new Set(found.flat())];
}

/**
 * The facts of the picker; `others`: scopes to be ticked or not. What a choice lacks (it names no
 * folder yet) is told only when `strict`: then it throws `invalid_input`, and its list is open.
 */
export async function pickerFacts(
  deps: PageDeps,
  chooser: Chooser,
  { choice, others, strict }: { choice: ToolChoice; others: readonly string[]; strict: boolean },
): Promise<PickerFacts> {
  const lists = new Map<Mode, Html>();
  for (const mode of plain) {
    const isOpen = strict && mode === choice.mode;
    lists.set(mode, await listOf(deps, chooser, { choice: { ...choice, mode }, isOpen }));
  }
  if (!plain.includes(choice.mode)) {
    try {
      lists.set(choice.mode, await listOf(deps, chooser, { choice, isOpen: strict }));
    } catch (error) {
      const refused = error instanceof AppError && error.code === 'invalid_input';
      if (strict || !refused) throw error;
    }
  }
  return { choice, others, folders: await foldersOf(deps, chooser), lists };
}
