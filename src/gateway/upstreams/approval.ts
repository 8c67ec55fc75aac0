// What an admin sees of MCP servers and their tools, and the word that puts a tool into use.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { ActionClass } from '../action.ts';
import type { Changes } from '../changes.ts';
import { classByHints, definitionOf, differences } from './definition.ts';
import { type Pins, stateOf, type StoredTool } from './pins.ts';
import { flagsOf, visibleIn } from './scan.ts';
import type { StoredUpstream } from './upstreams.ts';
import * as sql from './upstreams.sql.ts';

interface Approved {
  name: string;
  tools: readonly {
    name: string;
    digest: string;
    class?: ActionClass | undefined;
    listed: boolean;
  }[];
}

interface ApprovalDeps {
  db: Database;
  clock: Clock;
  changes: Changes;
  all: (workspace: string) => Promise<StoredUpstream[]>;
  pins: Pins;
}

function toolView(tool: StoredTool, others: readonly string[]) {
  const definition = definitionOf(tool.seen);
  const { name, title, description, inputSchema, annotations } = visibleIn(definition);
  return {
    name,
    title,
    description,
    inputSchema,
    annotations,
    state: stateOf(tool),
    digest: tool.seenDigest,
    class: tool.class ?? classByHints(definition),
    listed: tool.listed,
    flags: flagsOf(definition, others),
    changes:
      tool.pinned === null || tool.pinnedDigest === tool.seenDigest
        ? []
        : visibleIn(differences(tool.pinned, tool.seen)),
    seenAt: tool.seenAt,
    approvedBy: tool.approvedBy,
    approvedAt: tool.approvedAt,
  };
}

/** The environment of a program is in no view. */
const upstreamView = (row: StoredUpstream) => ({
  name: row.name,
  title: row.title,
  address: row.address,
  program: row.program,
  auth: row.auth.kind,
  timeoutSeconds: row.limitMs / 1000,
  updatedBy: row.updatedBy,
  updatedAt: row.updatedAt,
});

export function createApproval({ db, clock, changes, all, pins }: ApprovalDeps) {
  return {
    async list(call: Call) {
      const workspace = workspaceOf(call);
      const [rows, tools] = await Promise.all([all(workspace), pins.of(workspace)]);
      return rows.map((row) => {
        const states = tools.filter((tool) => tool.upstream === row.name).map(stateOf);
        const count = (state: string): number => states.filter((one) => one === state).length;
        const counts = { new: count('new'), quarantined: count('quarantined') };
        return { ...upstreamView(row), ...counts, approved: count('approved') };
      });
    },

    async get(call: Call, { name }: { name: string }) {
      const workspace = workspaceOf(call);
      const [rows, tools] = await Promise.all([all(workspace), pins.of(workspace)]);
      const row = rows.find((one) => one.name === name);
      if (!row) throw notFound('MCP server', name);
      const shown = tools
        .filter((tool) => tool.upstream === name)
        .map((tool) => {
          const others = tools.filter((one) => one !== tool).map((one) => one.name);
          return toolView(tool, [...new Set(others)]);
        });
      return { ...upstreamView(row), tools: shown, unusable: row.unusable };
    },

    /** All or nothing; throws `conflict` naming the tool that changed since the admin looked. */
    async approve(call: Call, { name, tools }: Approved) {
      const workspace = workspaceOf(call);
      const by = displayNameOf(call.caller);
      await db.transaction(async (tx) => {
        for (const tool of tools) {
          const { class: given = null, listed } = tool;
          const row = [workspace, name, tool.name, tool.digest, given, listed, by, clock.now()];
          if (await tx.row(sql.approveTool, row)) continue;
          throw new AppError('conflict', `${tool.name} is not what you looked at any more.`, {
            hint: 'upstreams.get shows what it is now, with its digest.',
          });
        }
      });
      changes.changed(workspace);
      return { name, approved: tools.length };
    },
  };
}
