/**
 * The program that unpacks the Chromium inside @sparticuz/chromium into the folder that TMPDIR names. A program of its own because the
 * package reads TMPDIR and AWS_EXECUTION_ENV when it is imported, and because it is an ES module, which jest cannot import.
 */
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
