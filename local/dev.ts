/** `npm run dev`: as `npm start`, and what is changed is built and loaded again: the function app by esbuild, the web app by `ng serve`. */
import { runLauncher } from './launcher/program.ts';

await runLauncher('dev');
