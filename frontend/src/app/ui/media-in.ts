/** A file that stands in JSON: as a data URL, or as an object that says what it is. */
export interface Media {
  /** Where in the value, e.g. `thumbnail`. */
  readonly name: string;
  readonly mediaType: string;
  /** Base64; of a large one the bytes. */
  readonly data: string | Blob;
}

/** Characters: a longer address would keep the page waiting while it is read. */
const longestBase64 = 100_000;

/** With the bytes of large files instead of their base64, for another thread to pass on. */
export function withBlobs(media: readonly Media[]): Media[] {
  return media.map((file) => {
    if (typeof file.data !== 'string' || file.data.length <= longestBase64) return file;
    const bytes = decode(file.data);
    return bytes === undefined ? file : { ...file, data: new Blob([bytes]) };
  });
}

/** Undefined for what is no base64. */
function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const mostShown = 20;
const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.-]+)*;base64,([A-Za-z0-9+/=\s]+)$/;
/** Drawn by the browser without running anything in them; an SVG may hold scripts, which do not run in an `<img>`. */
const pictures = /^image\/(png|jpeg|gif|webp|avif|svg\+xml|bmp)$/;

/** The files in a value: itself, its fields, and the entries of its lists. */
export function mediaIn(value: unknown, name = ''): Media[] {
  const own = toMedia(value, name);
  if (own !== undefined) return [own];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value).slice(0, 100);
  return entries.flatMap(([key, child]: [string, unknown]) => one(child, name === '' ? key : `${name}.${key}`)).slice(0, mostShown); // prettier-ignore
}

function one(value: unknown, name: string): Media[] {
  const own = toMedia(value, name);
  if (own !== undefined) return [own];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .slice(0, 100)
    .flatMap(([key, child]: [string, unknown]) => toMedia(child, `${name}.${key}`) ?? []);
}

export function isPicture({ mediaType }: Media): boolean {
  return pictures.test(mediaType);
}

function toMedia(value: unknown, name: string): Media | undefined {
  if (typeof value === 'string') {
    const [, mediaType, data] = (value.startsWith('data:') && dataUrl.exec(value)) || [];
    return mediaType === undefined ? undefined : { name, mediaType, data: data! };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { contentType, base64 } = value as { contentType?: unknown; base64?: unknown };
  if (typeof contentType !== 'string' || typeof base64 !== 'string') return undefined;
  return { name, mediaType: contentType, data: base64 };
}
