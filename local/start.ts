/** `npm start`: runs the function app and the services it needs on this machine, until Ctrl-C. */
import { runLauncher } from './launcher/program.ts';

await runLauncher('start');
