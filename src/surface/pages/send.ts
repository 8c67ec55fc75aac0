// Sends pages: the document, its headers, and the stylesheet's address.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyReply } from 'fastify';
import type { AppError } from '../../base/index.ts';
import { failurePage } from './failure-page.ts';
import type { Problem } from './fields.ts';
import { mcpAddressPage } from './mcp-address.ts';
import { documentOf, type Page, pageHeadersOf } from './layout.ts';

export const style = ['style.css', 'choices.css']
  .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  .join('\n');
const styleUrl = `/style.css?${createHash('sha256').update(style).digest('hex').slice(0, 10)}`;

/** Answers with a page. */
export function sendPage(reply: FastifyReply, page: Page, status = 200): FastifyReply {
  return reply
    .code(status)
    .headers(pageHeadersOf(page))
    .type('text/html; charset=utf-8')
    .send(documentOf(page, styleUrl));
}

/** A page that says what went wrong, for those who send it themselves. */
export function failureDocument(
  status: number,
  problem: Problem,
): { headers: Record<string, string>; body: string } {
  const page = failurePage(status, problem);
  return { headers: pageHeadersOf(page), body: documentOf(page, styleUrl) };
}

/** Answers a browser that opened an MCP address. */
export function sendMcpAddressPage(
  reply: FastifyReply,
  address: string,
  workspace: string | null,
): FastifyReply {
  return sendPage(reply, mcpAddressPage(address, workspace));
}

/** Answers with a page that says what went wrong. */
export function sendFailurePage(reply: FastifyReply, error: AppError): FastifyReply {
  return sendPage(reply, failurePage(error.status, error), error.status);
}
