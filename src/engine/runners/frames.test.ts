// Frames in pieces of any size, and bytes that are no frames.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFrameReader, encodeFrame } from './frames.ts';

function readAll(bytes: Buffer, pieceBytes: number): string[] {
  const found: string[] = [];
  const reader = createFrameReader(
    () => 1000,
    (payload) => found.push(payload.toString()),
  );
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes));
  }
  return found;
}

test('frames come out whole, however they are cut', () => {
  const payloads = ['R', '', 'ü'.repeat(100), 'line\nline', '7\nx'];
  const bytes = Buffer.concat(payloads.map(encodeFrame));
  for (const pieceBytes of [1, 2, 3, 7, 64, 5000]) {
    assert.deepEqual(readAll(bytes, pieceBytes), payloads, `${pieceBytes}`);
  }
});

for (const garbage of ['x', 'hello\n', '-1\n', '1001\n', '1e2\n', '\n', '99999999999999']) {
  test(`${JSON.stringify(garbage)} is no frame`, () => {
    assert.throws(() => readAll(Buffer.from(`${garbage}             `), 4));
  });
}
