import type { ServerConnection } from './rhea.ts';

/**
 * Lets a sender and a receiver of one session bear the same name, as AMQP allows: rhea knows links by name alone.
 * The older of the two is filed under another name; the name it was attached with stays what it was.
 * @see OASIS AMQP 1.0, part 2.6.1
 */
export function allowNamePerRole(connection: ServerConnection): void {
  const onAttach = connection.on_attach.bind(connection);
  connection.on_attach = (frame) => {
    const { name, role } = frame.performative;
    const links = connection.remote_channel_map[frame.channel]?.links;
    const older = links?.[name];
    // Both sides say which role they have themselves.
    if (links && older?.is_receiver() === role) {
      older.name = `${name} (${role ? 'to us' : 'to the client'})`;
      links[older.name] = older;
      delete links[name];
    }
    onAttach(frame);
  };
}
