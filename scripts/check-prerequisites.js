// Runs before `npm start` and `npm test`, in whatever Node is there: plain JavaScript, so that an old one can read it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const installed = fileURLToPath(new URL('../node_modules/.package-lock.json', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

if (!existsSync(installed)) {
  console.error('The packages are not installed: run "npm ci" first.');
  process.exit(1);
}
if (major < 24) {
  console.error(
    `Node 24 is needed, and this is ${process.version}: run "npm ci", then use npm's scripts, which run the Node 24 that npm installed.`,
  );
  process.exit(1);
}
