// Counts what happens in this process, for Prometheus (text format 0.0.4). Nothing runs for it and
// nothing is kept but numbers; how many series there can be is bounded, whatever labels come.
// Prefer few labels, whose values are ours: they are shown to whoever may read them.

/** Beyond this many series of one metric, further ones are counted together as `other`. */
const maxSeries = 1000;

/** From 1 ms to 60 s, in seconds. */
const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** One value for each label name, in the order of the names. */
type Labels = readonly string[];

export interface Counter {
  add(...labels: Labels): void;
}

export interface Durations {
  observe(ms: number, ...labels: Labels): void;
}

export interface Metrics {
  /** `name` ends in `_total`. The same name again is the same counter. */
  counter(name: string, help: string, labels?: Labels): Counter;
  /** A histogram in seconds; `name` ends in `_seconds`. */
  durations(name: string, help: string, labels?: Labels): Durations;
  /** Asked when somebody reads. */
  gauge(name: string, help: string, read: () => number): void;
  text(): string;
  /** Of the text. */
  contentType: string;
}

const contentType = 'text/plain; version=0.0.4; charset=utf-8';

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** `{a="b",…}`, or nothing. */
function braces(names: Labels, values: Labels): string {
  if (names.length === 0) return '';
  const pairs = names.map((name, at) => `${name}="${escaped(values[at] ?? '')}"`);
  return `{${pairs.join(',')}}`;
}

/** The series of one metric, by their labels. */
function createSeries<Value>(names: Labels, zero: () => Value) {
  const series = new Map<string, { labels: Labels; value: Value }>();
  const others = names.map(() => 'other');

  function at(labels: Labels): Value {
    const key = labels.join('\u0000');
    const known = series.get(key);
    if (known) return known.value;
    const isOther = series.size >= maxSeries;
    const kept = isOther ? others : labels;
    const keptKey = isOther ? others.join('\u0000') : key;
    const value = series.get(keptKey)?.value ?? zero();
    series.set(keptKey, { labels: kept, value });
    return value;
  }

  return { at, all: () => [...series.values()] };
}

interface Metric {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  made: unknown;
  lines: () => string[];
}

export function createMetrics(): Metrics {
  const metrics = new Map<string, Metric>();

  function once<Made>(name: string, make: () => Metric & { made: Made }): Made {
    const known = metrics.get(name) ?? make();
    metrics.set(name, known);
    return known.made as Made;
  }

  return {
    contentType,
    counter: (name, help, names = []) =>
      once(name, () => {
        const series = createSeries(names, () => ({ count: 0 }));
        return {
          type: 'counter',
          help,
          made: {
            add(...labels) {
              series.at(labels).count += 1;
            },
          } satisfies Counter,
          lines: () =>
            series
              .all()
              .map(({ labels, value }) => `${name}${braces(names, labels)} ${value.count}`),
        };
      }),

    durations: (name, help, names = []) =>
      once(name, () => {
        const zero = () => ({ sum: 0, count: 0, below: durationBounds.map(() => 0) });
        const series = createSeries(names, zero);
        return {
          type: 'histogram',
          help,
          made: {
            observe(ms, ...labels) {
              const value = series.at(labels);
              const seconds = ms / 1000;
              value.sum += seconds;
              value.count += 1;
              const bucket = durationBounds.findIndex((bound) => seconds <= bound);
              if (bucket !== -1) value.below[bucket] = (value.below[bucket] ?? 0) + 1;
            },
          } satisfies Durations,
          lines: () =>
            series.all().flatMap(({ labels, value }) => {
              let sum = 0;
              const buckets = durationBounds.map((bound, at) => {
                sum += value.below[at] ?? 0;
                return `${name}_bucket${braces([...names, 'le'], [...labels, `${bound}`])} ${sum}`;
              });
              return [
                ...buckets,
                `${name}_bucket${braces([...names, 'le'], [...labels, '+Inf'])} ${value.count}`,
                `${name}_sum${braces(names, labels)} ${value.sum}`,
                `${name}_count${braces(names, labels)} ${value.count}`,
              ];
            }),
        };
      }),

    gauge(name, help, read) {
      metrics.set(name, {
        type: 'gauge',
        help,
        made: undefined,
        lines: () => [`${name} ${read()}`],
      });
    },

    text() {
      const parts = [...metrics].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return parts
        .flatMap(([name, { type, help, lines }]) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...lines(),
        ])
        .join('\n')
        .concat('\n');
    },
  };
}
