// `npm run lock`: writes package-lock.json with the packages of every platform. npm leaves out
// optional packages that its registry does not offer here, and then `npm ci` refuses the file.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** How packages for one platform are named: `@x/binding-linux-x64-musl`, `@x/darwin-arm64`. */
const platformName =
  /\b(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)/;

/** The fields by which npm passes over a package of another platform. */
function platformOf(name) {
  const [, os, cpu] = platformName.exec(name) ?? [];
  if (os === undefined || cpu === undefined) return undefined;
  const libc = /musl/.test(name) ? 'musl' : /gnu|glibc/.test(name) ? 'glibc' : undefined;
  return { cpu: [cpu], ...(libc && os === 'linux' ? { libc: [libc] } : {}), os: [os] };
}

/** Where Node finds `name` from the package at `path`, innermost first. */
function placesOf(path, name) {
  const places = [];
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    places.push(`${at}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

function complete(packages) {
  const added = [];
  for (const [path, owner] of Object.entries(packages)) {
    for (const [name, wanted] of Object.entries(owner.optionalDependencies ?? {})) {
      const places = placesOf(path, name);
      const exact = /^\d/.test(wanted);
      const found = places.map((place) => packages[place]).find((entry) => entry !== undefined);
      if (found && (!exact || found.version === wanted)) continue;
      const platform = platformOf(name);
      if (!exact || !platform) throw new Error(`${name}@${wanted} is missing, and of no platform`);
      const place = packages[`node_modules/${name}`] ? places[0] : `node_modules/${name}`;
      const dev = owner.dev ? { dev: true } : {};
      packages[place] = { version: wanted, ...platform, ...dev, optional: true };
      added.push(place);
    }
  }
  return added;
}

const npm = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (npm.status !== 0) process.exit(npm.status ?? 1);
const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = complete(lock.packages);
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} packages of other platforms added.`);
