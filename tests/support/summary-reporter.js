import { writeSync } from 'node:fs';

/** Ends the run with one line over all suites: `N passed, N failed`. A suite that did not run counts as a failed test. */
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // At exit, so that it stands below jest's own summary.
    process.once('exit', () => writeSync(1, `\n${results.numPassedTests} passed, ${failed} failed\n`));
  }
}
