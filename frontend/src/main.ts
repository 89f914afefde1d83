import { prepareLanguage } from './app/frame/language.ts';

// The app is loaded after its texts: many are read when their module is.
prepareLanguage(document)
  .then(() => import('./start.ts'))
  .then(({ start }) => start())
  .catch((error: unknown) => console.error(error));
