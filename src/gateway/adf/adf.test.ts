// Markdown as Atlassian documents and back: what models write arrives as what they meant, and
// hostile texts cost little.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adfToMarkdown, isAdf, markdownToAdf } from './index.ts';

const text = (value: string, ...marks: object[]) => ({
  type: 'text',
  text: value,
  ...(marks.length > 0 && { marks }),
});
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });

const nodeTypes = new Set(
  `blockquote bulletList codeBlock doc hardBreak heading listItem orderedList paragraph rule table
   tableCell tableHeader tableRow text`.split(/\s+/),
);

/** What Jira refuses: unknown nodes, empty texts, code with other marks. */
function assertValid(node: any): void {
  assert.ok(nodeTypes.has(node.type), node.type);
  if (node.type === 'text') {
    assert.notEqual(node.text, '');
    const marks = (node.marks ?? []).map(({ type }: { type: string }) => type);
    assert.equal(new Set(marks).size, marks.length, JSON.stringify(node));
    if (marks.includes('code'))
      assert.deepEqual(
        marks.filter((mark: string) => mark === 'em'),
        [],
      );
  }
  if (node.type === 'listItem') assert.equal(node.content[0].type, 'paragraph');
  for (const child of node.content ?? []) assertValid(child);
}

describe('Atlassian documents', () => {
  it('say what the Markdown said', () => {
    const { content } = markdownToAdf('# A\n\nb **c** `d` [e](https://x.example)\nf');
    assert.deepEqual(content, [
      { type: 'heading', attrs: { level: 1 }, content: [text('A')] },
      paragraph(
        text('b '),
        text('c', { type: 'strong' }),
        text(' '),
        text('d', { type: 'code' }),
        text(' '),
        text('e', { type: 'link', attrs: { href: 'https://x.example' } }),
        { type: 'hardBreak' },
        text('f'),
      ),
    ]);
    assert.deepEqual(markdownToAdf('').content, [paragraph()]);
    const plain = 'a < b && c <b>, ann@example.com';
    assert.deepEqual(markdownToAdf(plain).content, [paragraph(text(plain))]);
    const [hostile] = markdownToAdf('[x](javascript:alert(1))').content;
    assert.doesNotMatch(JSON.stringify(hostile), /javascript/);
  });

  it('come back as the Markdown that they came from', () => {
    const texts = [
      'one\ntwo',
      '# A\n\n## B\n\ntext',
      '- a\n  - b\n    1. c\n    2. d\n- e',
      '3. a\n4. b',
      '- [x] done\n- [ ] open',
      '```ts\nconst a = 1;\n\nb();\n```',
      '> quoted\n> more',
      '| a | b |\n| --- | --- |\n| 1 | 2\\|3 |',
      'a\n\n---\n\nb',
      '**bold** _slanted_ ~~gone~~ `code` [link](https://x.example)',
      'snake_case_name and 2 * 3 * 4 and ⟦EMAIL_1:m•••@x⟧',
    ];
    for (const markdown of texts) {
      const document = markdownToAdf(markdown);
      assertValid(document);
      assert.equal(adfToMarkdown(document), markdown);
    }
  });

  it('of Jira’s own making are read, too', () => {
    const document = {
      type: 'doc',
      version: 1,
      content: [
        { type: 'panel', attrs: { panelType: 'info' }, content: [paragraph(text('note'))] },
        paragraph(
          { type: 'mention', attrs: { id: '1', text: '@Ann' } },
          { type: 'emoji', attrs: { shortName: ':smile:', text: '😄' } },
          { type: 'date', attrs: { timestamp: '1700000000000' } },
          { type: 'inlineCard', attrs: { url: 'https://x.example' } },
          text('  bold  ', { type: 'strong' }),
        ),
        {
          type: 'taskList',
          content: [{ type: 'taskItem', attrs: { state: 'DONE' }, content: [text('t')] }],
        },
        { type: 'mediaSingle', content: [{ type: 'media', attrs: { alt: 'plan.png' } }] },
        { type: 'expand', content: [paragraph(text('inside'))] },
        { type: 'newThing', content: [text('still here')] },
        { type: 'broken', content: 'x', attrs: null },
        null,
      ],
    };
    assert.equal(
      adfToMarkdown(document),
      [
        '> note',
        '@Ann😄2023-11-14https://x.example  **bold**  ',
        '- [x] t',
        '![plan.png]()',
        'inside',
        'still here',
      ].join('\n\n'),
    );
    for (const other of [null, 'text', [], {}, { type: 'doc' }]) {
      assert.equal(isAdf(other), false);
      assert.equal(adfToMarkdown(other), '');
    }
  });

  it('are made of anything, at little cost', () => {
    const hostile = [
      '>'.repeat(32_000),
      '- '.repeat(16_000),
      '*a '.repeat(10_000),
      '['.repeat(32_000),
      'a_'.repeat(16_000),
      '[a]('.repeat(8000),
      '|'.repeat(32_000),
      '<a '.repeat(10_000),
      Array.from({ length: 250 }, (_, depth) => `${' '.repeat(depth)}- x`).join('\n'),
      Array.from({ length: 250 }, (_, depth) => `${'> '.repeat(depth % 7)}x`).join('\n\n'),
      '\u0000\u202e\ud800',
      'x'.repeat(1_000_000),
    ];
    for (const markdown of hostile) assertValid(markdownToAdf(markdown));
    let deep: object = paragraph(text('x'));
    for (let depth = 0; depth < 500; depth += 1) deep = { type: 'blockquote', content: [deep] };
    assert.match(adfToMarkdown({ type: 'doc', content: [deep] }), /^> /);
  });
});
