/** A property of a message, as rules see it. */
export type Value = string | number | boolean | Date | Buffer | null;

/** What rules may look at: the system properties by the names SQL filters use for them, and the sender's own. */
export interface MessageProperties {
  readonly system: Readonly<Record<string, Value>>;
  readonly application: Readonly<Record<string, Value>>;
}

/** Changes of application properties; null removes one. */
export type PropertyChanges = Readonly<Record<string, Value>>;

/** Reads and changes what the broker itself cannot: a message's encoded content. */
export interface MessageEncoding {
  properties(content: Buffer): MessageProperties;
  change(content: Buffer, changes: PropertyChanges): Buffer;
}
