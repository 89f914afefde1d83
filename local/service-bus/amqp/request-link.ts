import { amqpError } from './link-error.ts';
import { check } from './encoding.ts';
import { findSections } from './sections.ts';
import {
  ACCEPTED,
  decodeRequest,
  encodeReply,
  type LinkContext,
  type Message,
  type ReceivingLink,
  rejected,
  type SendingLink,
} from './rhea.ts';

/** Requests a client may have open at a time on one link. */
const CREDIT = 100;

/** Answers one request; null answers nothing yet, because `reply` was kept for later. */
export type RequestHandler = (request: Message, reply: (answer: object) => void) => void;

/** The links of one connection on which answers leave, by the address clients name in `reply-to`. */
export class ReplyLinks {
  readonly #links = new Map<string, SendingLink>();

  add(link: SendingLink): void {
    const target = link.target as { address?: string } | null;
    this.#links.set(target?.address ?? link.name, link);
    this.#links.set(link.name, link);
  }

  remove(link: SendingLink): void {
    for (const [address, known] of this.#links) if (known === link) this.#links.delete(address);
  }

  send(address: string, reply: object, tag: Buffer): void {
    const link = this.#links.get(address);
    if (!link?.is_open() || link.session.outgoing.deliveries.available() === 0) return;
    const delivery = link.send(encodeReply(reply), tag, 0);
    delivery.settled = true;
  }
}

/** A link on which a client sends requests: to `$cbs`, or to an entity's `$management`. */
export class RequestLink {
  readonly #link: ReceivingLink;
  readonly #replies: ReplyLinks;
  readonly #handle: RequestHandler;
  #answered = 0;

  constructor(link: ReceivingLink, replies: ReplyLinks, handle: RequestHandler) {
    this.#link = link;
    this.#replies = replies;
    this.#handle = handle;
    link.on('message', (context: LinkContext<ReceivingLink>) => this.#take(context));
    link.add_credit(CREDIT);
  }

  #take({ delivery, message = Buffer.alloc(0) }: LinkContext<ReceivingLink>): void {
    if (!this.#link.is_open()) return;
    try {
      const request = decode(message);
      delivery.update(true, ACCEPTED);
      this.#handle(request, (answer) => this.#reply(request, answer));
    } catch (error) {
      delivery.update(true, rejected(amqpError(error)));
      this.#link.add_credit(1);
    }
  }

  #reply(request: Message, answer: object): void {
    const tag = Buffer.alloc(4);
    tag.writeUInt32BE(++this.#answered);
    this.#replies.send(String(request.reply_to), { correlation_id: request.message_id as unknown, ...answer }, tag);
    if (this.#link.is_open()) this.#link.add_credit(1);
  }
}

/** rhea builds what it is given without question, so that every section is looked through first. */
function decode(encoded: Buffer): Message {
  findSections(encoded);
  for (let offset = 0; offset < encoded.length;) offset = check(encoded, offset);
  return decodeRequest(encoded);
}
