/** Adds its language to cronstrue when it is loaded; the package has no types for it. */
declare module 'cronstrue/locales/de.js';
