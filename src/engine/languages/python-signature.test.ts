// The table of Python types, row by row, through the door; each row asks a real Python.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { inferSignature, type JsonSchema } from './index.ts';

const ajv = new Ajv2020({ strict: false });
const text = { type: 'string', originalType: 'string' };
const choice = (...choices: string[]) => ({
  type: 'string',
  originalType: 'enum',
  enum: choices,
});
const resource = (name: string) => ({ type: 'object', format: `resource-${name}` });
const bytes = { type: 'string', contentEncoding: 'base64', originalType: 'bytes' };
const texts = { type: 'array', items: { type: 'string' }, originalType: 'string[]' };
const time = { type: 'string', format: 'date-time' };

interface Row {
  /** The parameter as written; rows share one file, so each has a name of its own. */
  parameter: string;
  is: JsonSchema;
  required?: boolean;
  value?: unknown;
}

const optional = { required: false };

const rows: Row[] = [
  { parameter: 'a', is: {} },
  { parameter: 'a: str', is: text },
  { parameter: 'a: int', is: { type: 'integer' } },
  { parameter: 'a: float', is: { type: 'number' } },
  { parameter: 'a: bool', is: { type: 'boolean' } },
  { parameter: 'a: bytes', is: bytes },
  { parameter: 'a: dict', is: { type: 'object' } },
  { parameter: 'a: Dict[str, int]', is: { type: 'object' } },
  { parameter: 'a: list', is: { type: 'array', items: {} } },
  { parameter: 'a: List[str]', is: texts },
  { parameter: 'a: list[str]', is: texts },
  { parameter: 'a: typing.Sequence["str"]', is: texts },
  { parameter: 'a: tuple[str, ...]', is: texts },
  { parameter: 'a: tuple[int, str]', is: { type: 'array', items: {} } },
  {
    parameter: 'a: list[float]',
    is: { type: 'array', items: { type: 'number' }, originalType: 'number[]' },
  },
  {
    parameter: 'a: List[dict]',
    is: { type: 'array', items: { type: 'object' }, originalType: 'record[]' },
  },
  {
    parameter: 'a: List[Literal["x", "y"]]',
    is: { type: 'array', items: { type: 'string', enum: ['x', 'y'] }, originalType: 'enum[]' },
  },
  { parameter: 'a: datetime', is: time },
  { parameter: 'a: datetime.datetime', is: time },
  { parameter: 'a: date', is: { type: 'string', format: 'date' } },
  { parameter: 'a: Any', is: {} },
  { parameter: 'a: int | str', is: {} },
  { parameter: 'a: int | float', is: { type: 'number' } },
  { parameter: 'a: Literal["x", "y"]', is: choice('x', 'y') },
  { parameter: 'a: Literal["x", "y", None]', is: choice('x', 'y'), ...optional },
  { parameter: 'a: Literal[1, 2]', is: { type: 'number', enum: [1, 2] } },
  { parameter: 'a: Optional[str]', is: text, ...optional },
  { parameter: 'a: str | None', is: text, ...optional },
  { parameter: 'a: Union[None, int]', is: { type: 'integer' }, ...optional },
  { parameter: 'a: Annotated[str, "the words"]', is: { ...text, description: 'the words' } },
  { parameter: 'a: postgresql', is: resource('postgresql') },
  { parameter: 'a: MyApiKey', is: resource('my_api_key') },
  { parameter: 'a: Color', is: choice('red', 'blue') },
  { parameter: 'a: Level', is: { type: 'number', enum: [1, 2] } },
  { parameter: 'a: Size', is: choice('s', 'm') },
  {
    parameter: 'a: Config',
    is: {
      ...resource('config'),
      properties: { host: text, port: { type: 'integer' } },
      required: ['host'],
    },
  },
  {
    parameter: 'a: Point',
    is: {
      ...resource('point'),
      properties: { x: { type: 'number' }, y: { type: 'number' } },
      required: ['x'],
    },
  },
  { parameter: 'a: str = "b"', is: text, value: 'b' },
  { parameter: 'a="b"', is: text, value: 'b' },
  { parameter: 'a=3', is: { type: 'integer' }, value: 3 },
  { parameter: 'a=-1.5', is: { type: 'number' }, value: -1.5 },
  { parameter: 'a=True', is: { type: 'boolean' }, value: true },
  { parameter: 'a=None', is: {}, value: null },
  {
    parameter: 'a=[1, 2]',
    is: { type: 'array', items: { type: 'integer' }, originalType: 'number[]' },
    value: [1, 2],
  },
  { parameter: 'a: dict = {"b": [1, None]}', is: { type: 'object' }, value: { b: [1, null] } },
  { parameter: 'a: Color = Color.RED', is: choice('red', 'blue'), value: 'red' },
  { parameter: 'a: str = os.environ["HOME"]', is: text, value: null },
  { parameter: 'a: float = float("nan")', is: { type: 'number' }, value: null },
  { parameter: 'a: bytes = b"x"', is: bytes, value: null },
  { parameter: 'a: int = 2 ** 80', is: { type: 'integer' }, value: null },
];

const given = `
import typing, os, datetime
from enum import Enum, IntEnum

class Color(str, Enum):
    RED = "red"
    BLUE = "blue"

class Level(IntEnum):
    LOW = 1
    HIGH = 2

Size = typing.Literal["s", "m"]

class Config(typing.TypedDict):
    host: str
    port: typing.NotRequired[int]

@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0
`;

test(`the table: ${rows.length} rows`, async (t) => {
  for (const { parameter, is, ...row } of rows) {
    await t.test(parameter, async () => {
      const content = `${given}\ndef main(${parameter}):\n    return 1\n`;
      const { schema, parameters } = await inferSignature('python3', content);
      const properties = schema['properties'] as Record<string, JsonSchema>;
      assert.deepEqual(properties['a'], { ...is, default: row.value ?? null });
      const required = row.required ?? !('value' in row);
      assert.deepEqual(parameters, [{ name: 'a', required }]);
      assert.equal(ajv.validateSchema(schema), true, ajv.errorsText());
    });
  }
});

test('parameters in order; the star ones take nothing', async () => {
  const content = 'async def main(a: str, b=1, *args, c: int, d=None, **kwargs): pass';
  const { parameters, schema, autoKind } = await inferSignature('python3', content);
  assert.deepEqual(parameters, [
    { name: 'a', required: true },
    { name: 'b', required: false },
    { name: 'c', required: true },
    { name: 'd', required: false },
  ]);
  assert.deepEqual(schema['order'], ['a', 'b', 'c', 'd']);
  assert.equal(autoKind, null);
});

test('libraries, preprocessors and other entry points', async () => {
  const library = await inferSignature('python3', 'X = 1\ndef other(a): pass');
  assert.deepEqual([library.autoKind, library.parameters], ['lib', []]);
  for (const decorator of ['@workflow', '@wmill.workflow', '@workflow()']) {
    const flow = await inferSignature('python3', `${decorator}\nasync def main(a: str): ...`);
    assert.deepEqual([flow.autoKind, flow.parameters[0]?.name], ['wac', 'a'], decorator);
  }
  const content = 'def preprocessor(event: dict): return {}\ndef main(a): pass';
  const both = await inferSignature('python3', content);
  assert.equal(both.hasPreprocessor, true);
  const other = await inferSignature('python3', content, 'preprocessor');
  assert.deepEqual(other.parameters, [{ name: 'event', required: true }]);
});

test('describes parameters from the docstring', async () => {
  const content = `
def main(to: str, subject: str, body: str):
    """Sends it.

    :param str body: what it says

    Args:
        to (str): who gets it
        subject: what it is about
    """
`;
  const { schema } = await inferSignature('python3', content);
  const properties = schema['properties'] as Record<string, JsonSchema>;
  assert.deepEqual(
    Object.values(properties).map((property) => property['description']),
    ['who gets it', 'what it is about', 'what it says'],
  );
});

test('says where code does not parse', async () => {
  await assert.rejects(inferSignature('python3', 'x = 1\ndef main(:\n  pass'), {
    code: 'unprocessable',
    message: /^script\.py:2:10: /,
    details: { file: 'script.py', line: 2, column: 10, problem: 'invalid syntax' },
  });
  const nul = inferSignature('python3', 'x = "\0"');
  await assert.rejects(nul, { code: 'unprocessable' });
});

test('nothing of the code runs, and hostile sources end only their own request', async () => {
  const content = 'raise SystemExit(3)\nimport no_such_module\ndef main(a: 1/0 = 1/0): pass';
  const { parameters } = await inferSignature('python3', content);
  assert.deepEqual(parameters, [{ name: 'a', required: false }]);
  const deep = [
    `x = ${'('.repeat(50_000)}`,
    `x = ${'-'.repeat(300_000)}1`,
    `x = ${'a.'.repeat(200_000)}b`,
    `def main(a: ${'List['.repeat(90)}str${']'.repeat(90)}): pass`,
  ];
  const ends = await Promise.allSettled(deep.map((source) => inferSignature('python3', source)));
  for (const end of ends.slice(0, 3)) {
    assert.equal(
      end.status === 'rejected' && (end.reason as { code: string }).code,
      'unprocessable',
    );
  }
  assert.equal(ends[3]?.status, 'fulfilled');
});

test('names of the prototype are names like others', async () => {
  const { schema } = await inferSignature(
    'python3',
    'def main(__proto__: str, constructor=1): pass',
  );
  const properties = schema['properties'] as object;
  assert.deepEqual(Object.keys(properties), ['__proto__', 'constructor']);
});

test('reads a source of 1 MB', async () => {
  const filler = `X = [\n${'    "some words that fill a line",\n'.repeat(28_000)}]\n`;
  const { parameters } = await inferSignature('python3', `${filler}def main(a: str): pass`);
  assert.deepEqual(parameters, [{ name: 'a', required: true }]);
});
