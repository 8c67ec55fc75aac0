// Ranking of short texts by words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRanking } from './ranking.ts';

const texts = [
  'createScript writes a new script',
  'listJobs finds jobs, queued and running',
  'cancelJob stops a job that runs',
  'schedules run a script at set times',
];

const ranking = createRanking(texts.map((text) => [{ text, weight: 1 }]));
const first = (words: string): number | undefined => ranking.search(words, 1)[0]?.index;

test('the text with the rarer words comes first, in any form of the word', () => {
  assert.equal(first('stop job'), 2);
  assert.equal(first('stopping the JOBS'), 2);
  assert.equal(first('schedule'), 3);
  assert.equal(first('queued'), 1);
});

test('names are found by their parts and by their beginning', () => {
  assert.equal(first('create'), 0);
  assert.equal(first('sched'), 3);
});

test('a part with more weight counts more', () => {
  const weighted = createRanking([
    [{ text: 'retry retry', weight: 1 }],
    [
      { text: 'retry', weight: 5 },
      { text: 'nothing', weight: 1 },
    ],
  ]);
  assert.equal(weighted.search('retry', 1)[0]?.index, 1);
});

test('what fits nothing finds nothing, and hostile words cost little', () => {
  assert.deepEqual(ranking.search('zebra', 5), []);
  assert.deepEqual(ranking.search('', 5), []);
  assert.deepEqual(ranking.search('constructor __proto__ .*+?', 5), []);
  assert.deepEqual(createRanking([]).search('job', 5), []);
  assert.equal(ranking.search('job '.repeat(100_000), 1)[0]?.index !== undefined, true);
  assert.equal(ranking.search('script', 1).length, 1);
});
