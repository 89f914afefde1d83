const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Read in some ten milliseconds; then others get their turn. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * How deep a JSON text is nested, and how many values it has about: read before it is parsed, because a hundred megabytes of
 * `[[],[],[]…` would take gigabytes of memory as objects.
 */
export async function measureJson(json: Buffer): Promise<{ readonly depth: number; readonly values: number }> {
  let [depth, deepest, values, isQuoted] = [0, 0, 1, false];
  for (let at = 0; at < json.length;) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const end = Math.min(at + pieceBytes, json.length); at < end; at += 1) {
      const byte = json[at];
      if (isQuoted) {
        if (byte === backslash) at += 1;
        else if (byte === quote) isQuoted = false;
      } else if (byte === quote) isQuoted = true;
      else if (byte === comma) values += 1;
      else if (byte === openBracket || byte === openBrace) {
        depth += 1;
        values += 1;
        if (depth > deepest) deepest = depth;
      } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
    }
  }
  return { depth: deepest, values };
}
