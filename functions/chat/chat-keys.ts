/** What concerns the chat as a whole: hash of rooms, hash of people's names. Nothing of it expires. */
export const roomsKey = '{amo:chat}:rooms';
export const peopleKey = '{amo:chat}:people';

/**
 * Hash of one room; beside it `…:messages`, `…:sequences`, `…:reads` and `…:here` (lua/), in the same slot. A room's name has lower-case letters,
 * digits and hyphens only.
 */
export const roomKey = (room: string) => `{amo:chat:${room}}:room`;
