/** What is measured: a system that takes tasks over HTTP and tells their owners over a live connection when they are done. */
export interface Contestant {
  readonly name: string;
  /** PIDs by the role of the process. */
  readonly processes: Readonly<Record<string, number>>;
  /** Opens a live connection for this owner. */
  connect(owner: string): Promise<Owner>;
  /** Ends its processes and removes its data. */
  stop(): Promise<void>;
}

/** Somebody who submits echo tasks and watches them. */
export interface Owner {
  /** @returns the accepted task's ID */
  submit(message: string): Promise<string>;
  /** @returns their IDs, in order */
  submitBatch(messages: readonly string[]): Promise<string[]>;
  /** Settles when the task has been seen completed on the live connection. */
  completed(id: string): Promise<void>;
  close(): void;
}
