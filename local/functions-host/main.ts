/** The program that hosts a function app: `node main.ts --app FOLDER --settings FILE --data DIR`. */
import { messageOf } from '../failure.ts';
import { readSettings, withEnvironment } from '../settings-file.ts';
import { type HostArguments, readArguments } from './arguments.ts';
import { exitCodes } from './exit-codes.ts';
import { describeError } from './function-runner.ts';
import { type FunctionsHost, startFunctionsHost } from './server.ts';

let host: FunctionsHost | undefined;
let ending = false;

/** In Azure the worker process ends on an error that nobody caught, an unhandled rejection included. */
process.on('uncaughtException', (error) => {
  const message = `Worker uncaught exception: ${describeError(error)}`;
  if (host) host.log.error(message);
  else process.stderr.write(`${message}\n`);
  void fail(error, exitCodes.uncaughtException);
});

process.on('SIGTERM', () => void stop());
process.on('disconnect', () => void stop());
// Ctrl-C reaches every process of the terminal. Started by the launcher, the host waits for the launcher's word.
process.on('SIGINT', () => {
  if (!process.send) void stop();
});
process.on('message', (message: { type?: string }) => {
  if (message.type === 'ping') process.send?.({ type: 'pong' });
});

try {
  host = await start(readArguments(process.argv.slice(2)));
  process.send?.({ type: 'ready', port: host.port });
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(exitCodes.cannotStart);
}

async function start({
  appFolder,
  settingsFile,
  dataFolder,
  port,
  drainMs,
  enableAuth,
}: HostArguments): Promise<FunctionsHost> {
  const settings = readSettings(settingsFile);
  const httpPort = port ?? settings.host.LocalHttpPort;
  const defaults = {
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    AzureWebJobsScriptRoot: appFolder,
    WEBSITE_HOSTNAME: `localhost:${httpPort}`,
  };
  Object.assign(process.env, withEnvironment({ ...defaults, ...settings.values }, process.env));
  process.chdir(appFolder);
  const { CORS, CORSCredentials = false } = settings.host;
  return startFunctionsHost({
    appFolder,
    port: httpPort,
    environment: process.env,
    dataFolder,
    cors: CORS ? { origins: CORS, credentials: CORSCredentials } : undefined,
    drainMs,
    enableAuth,
    onTimeout: (error) => void fail(error, exitCodes.functionTimeout),
  });
}

async function stop(): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    await host?.close();
  } catch (error) {
    host?.log.error(`Stopping failed: ${describeError(error)}`);
  }
  process.exit(exitCodes.stopped);
}

/** The process has to go: what is under way fails, as when the worker dies in Azure. */
async function fail(error: unknown, code: number): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    await host?.fail(error instanceof Error ? error : new Error(String(error)));
  } finally {
    process.exit(code);
  }
}
