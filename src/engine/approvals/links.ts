// Links that answer an approval: who has one may answer, so each is signed with a key that is
// derived from the master key. Nothing is stored until a link is used.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link stands for. */
export interface Linked {
  workspace: string;
  /** A step's job, or a flow: whichever of its steps waits then. */
  job: string;
  /** Tells the links of one job apart; each is good once. */
  resumeId: number;
  /** Whom the link was made for; part of what is signed. */
  approver: string | undefined;
}

export type Links = ReturnType<typeof createLinks>;

export function createLinks({
  origin,
  deriveKey,
}: {
  origin: () => string;
  deriveKey: (purpose: string) => Promise<Buffer>;
}) {
  let known: Buffer | undefined;

  async function sign({ workspace, job, resumeId, approver }: Linked): Promise<string> {
    known ??= await deriveKey('approval links');
    const text = JSON.stringify([workspace, job, resumeId, approver ?? null]);
    return createHmac('sha256', known).update(text).digest('hex');
  }

  return {
    /** Windmill's three addresses. The page asks first; the other two answer at once. */
    async urls(linked: Linked) {
      const { workspace, job, resumeId, approver } = linked;
      const tail = `${job}/${resumeId}/${await sign(linked)}`;
      const query = approver === undefined ? '' : `?approver=${encodeURIComponent(approver)}`;
      const api = `${origin()}/api/w/${workspace}/jobs_u`;
      return {
        approvalPage: `${origin()}/approve/${workspace}/${tail}${query}`,
        resume: `${api}/resume/${tail}${query}`,
        cancel: `${api}/cancel/${tail}${query}`,
      };
    },

    async isRight(linked: Linked, signature: string): Promise<boolean> {
      const right = Buffer.from(await sign(linked));
      const given = Buffer.from(signature);
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
