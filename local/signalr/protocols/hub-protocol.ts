/** The format of WebSocket frames and of HTTP bodies that carry a protocol. */
export type TransferFormat = 'Text' | 'Binary';

/** What a client may send once its handshake is done; only the kind of a message matters to a service without upstream. */
export interface ReceivedMessages {
  /** The `type` of each complete message, in order. */
  types: number[];
  /** The start of a message whose end has not arrived yet. */
  rest: Buffer;
}

/** One of SignalR's hub protocols (dotnet/aspnetcore, src/SignalR/docs/specs/HubProtocol.md). */
export interface HubProtocol {
  readonly name: string;
  readonly transferFormat: TransferFormat;
  readonly ping: Buffer;
  encodeInvocation(target: string, args: unknown[]): Buffer;
  encodeClose(error: string | undefined, allowReconnect: boolean): Buffer;
  /** Throws when the data are no messages of this protocol. */
  readMessages(data: Buffer): ReceivedMessages;
}

/** The message types of HubProtocol.md that mean something to this service. */
export const messageType = { invocation: 1, ping: 6, close: 7 } as const;

/** Ends each message of the JSON protocol, and the handshake of every protocol. */
export const recordSeparator = 0x1e;
