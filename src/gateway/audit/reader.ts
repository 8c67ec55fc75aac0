// Reading the log of service calls: lists with filters, one row, what was done in one’s own name,
// and every row in pages for an export. Who accounts are is asked of identity, never stored here.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Anchor } from './anchor.ts';
import * as sql from './audit.sql.ts';
import type { usageAxes, UsageRow } from './fields.ts';
import type { AuditRow, Decision } from './row.ts';
import type { Sum, ThroughputAlert } from './throughput.ts';
import * as throughputSql from './throughput.sql.ts';

const rowsAPage = 1000;
const noId = '00000000-0000-0000-0000-000000000000';

export interface AccountName {
  id: string;
  email: string;
  /** Null: no member of the workspace any more. */
  username: string | null;
}

/** Port: who accounts are. */
export interface People {
  /** Those of `ids` that are still there. */
  namesOf(workspace: string, ids: readonly string[]): Promise<AccountName[]>;
  /** The id of the account with this id, e-mail address or username in the workspace. */
  idOf(workspace: string, who: string): Promise<string | undefined>;
}

/** What rows are wanted; what is left out does not narrow. */
export interface Selection {
  after?: number | undefined;
  before?: number | undefined;
  /** Id of an account, its e-mail address or its username. */
  subject?: string | undefined;
  actor?: string | undefined;
  service?: string | undefined;
  action?: string | undefined;
  decision?: Decision | undefined;
  reasonCode?: string | undefined;
}

export interface Paging {
  page: number;
  perPage: number;
}

/** Days of sums, and by what. */
export interface UsageWanted extends Paging, Pick<Selection, 'after' | 'before' | 'service'> {
  by: (typeof usageAxes)[number];
}

export interface NamedRow extends AuditRow {
  /** Null: nobody’s, or the account is gone. */
  subjectEmail: string | null;
  subjectUsername: string | null;
}

export interface ReaderDeps {
  db: Database;
  clock: Clock;
  people: People;
  /** Stores what is waiting. */
  flush: () => Promise<void>;
}

type Alerted = Omit<ThroughputAlert, 'workspace'> & { at: number };

export type Reader = ReturnType<typeof createReader>;

const offsetOf = ({ page, perPage }: Paging): number => (page - 1) * perPage;

export function createReader({ db, clock, people, flush }: ReaderDeps) {
  async function named<Row extends { subject: string | null }>(workspace: string, rows: Row[]) {
    const ids = new Set(rows.flatMap(({ subject }) => (subject ? [subject] : [])));
    const names = ids.size === 0 ? [] : await people.namesOf(workspace, [...ids]);
    const byId = new Map(names.map((name) => [name.id, name]));
    return rows.map((row) => {
      const name = byId.get(row.subject ?? '');
      const [subjectEmail, subjectUsername] = [name?.email ?? null, name?.username ?? null];
      return { ...row, subjectEmail, subjectUsername };
    });
  }

  /** Of somebody who is gone only the id is known, so that is good too. */
  async function subjectOf(workspace: string, who: string | undefined): Promise<string | null> {
    if (who === undefined) return null;
    return (await people.idOf(workspace, who)) ?? who;
  }

  async function valuesOf(workspace: string, wanted: Selection): Promise<unknown[]> {
    return [
      workspace,
      wanted.after ?? -1,
      wanted.before ?? clock.now() + 60_000,
      await subjectOf(workspace, wanted.subject),
      wanted.actor ?? null,
      wanted.service ?? null,
      wanted.action ?? null,
      wanted.decision ?? null,
      wanted.reasonCode ?? null,
    ];
  }

  function personOf({ caller: { userId } }: Call): string {
    if (userId !== null) return userId;
    throw new AppError('forbidden', 'Only people have a history of service calls.');
  }

  async function sums(workspace: string, subject: string | null, wanted: UsageWanted) {
    await flush();
    return db.rows<UsageRow>(throughputSql.sumUsage, [
      workspace,
      wanted.after ?? -1,
      wanted.before ?? clock.now() + 60_000,
      subject,
      wanted.service ?? null,
      wanted.by,
      wanted.perPage,
      offsetOf(wanted),
    ]);
  }

  return {
    async list(call: Call, wanted: Selection & Paging): Promise<NamedRow[]> {
      await flush();
      const workspace = workspaceOf(call);
      const paging = [wanted.perPage, offsetOf(wanted)];
      const values = [...(await valuesOf(workspace, wanted)), ...paging];
      return named(workspace, await db.rows<AuditRow>(sql.listRows, values));
    },

    async get(call: Call, id: string): Promise<NamedRow> {
      await flush();
      const workspace = workspaceOf(call);
      const found = await db.row<AuditRow>(sql.selectRow, [id, workspace]);
      const [row] = found ? await named(workspace, [found]) : [];
      if (!row) throw notFound('service call', id);
      return row;
    },

    /** What was done in the caller’s name, by whomever. */
    async own(
      call: Call,
      wanted: Pick<Selection, 'after' | 'before' | 'service' | 'decision'> & Paging,
    ): Promise<AuditRow[]> {
      const userId = personOf(call);
      await flush();
      return db.rows<AuditRow>(sql.listOwnRows, [
        workspaceOf(call),
        userId,
        wanted.after ?? -1,
        wanted.before ?? clock.now() + 60_000,
        wanted.service ?? null,
        wanted.decision ?? null,
        wanted.perPage,
        offsetOf(wanted),
      ]);
    },

    /** Every row that fits, the oldest first, a page at a time. */
    async *pages(workspace: string, wanted: Selection): AsyncGenerator<AuditRow[]> {
      await flush();
      const values = await valuesOf(workspace, wanted);
      let last = { at: -1, id: noId };
      for (;;) {
        const after = [last.at, last.id, rowsAPage];
        const rows = await db.rows<AuditRow>(sql.exportRows, [...values, ...after]);
        if (rows.length > 0) yield rows;
        last = rows.at(-1) ?? last;
        if (rows.length < rowsAPage) return;
      }
    },

    async throughput(
      call: Call,
      wanted: Pick<Selection, 'subject' | 'service' | 'after' | 'before'> &
        Paging & { kind: 'hour' | 'day' },
    ) {
      const workspace = workspaceOf(call);
      await flush();
      const rows = await db.rows<Sum>(throughputSql.listBuckets, [
        workspace,
        wanted.kind,
        wanted.after ?? -1,
        wanted.before ?? clock.now() + 60_000,
        await subjectOf(workspace, wanted.subject),
        wanted.service ?? null,
        wanted.perPage,
        offsetOf(wanted),
      ]);
      return named(workspace, rows);
    },

    /** How much went through by the day; people by their names. */
    async usage(call: Call, wanted: UsageWanted & Pick<Selection, 'subject'>) {
      const workspace = workspaceOf(call);
      const rows = await sums(workspace, await subjectOf(workspace, wanted.subject), wanted);
      const isPerson = wanted.by === 'person';
      const about = rows.map((row) => ({ ...row, subject: isPerson ? row.what : null }));
      return named(workspace, about);
    },

    ownUsage: (call: Call, wanted: UsageWanted): Promise<UsageRow[]> =>
      sums(workspaceOf(call), personOf(call), wanted),

    async alerts(call: Call, paging: Paging) {
      const workspace = workspaceOf(call);
      const values = [workspace, paging.perPage, offsetOf(paging)];
      return named(workspace, await db.rows<Alerted>(throughputSql.listAlerts, values));
    },

    async anchors(call: Call, { after }: { after: number }) {
      return db.rows<Anchor>(sql.selectAnchors, [workspaceOf(call), after, 100]);
    },
  };
}
