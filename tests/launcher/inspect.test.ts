import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startStack } from '../support/stack.ts';
import { freePorts } from '../../local/free-port.ts';

/** Asks the program behind an inspector's port to evaluate an expression, as a debugger does (Chrome DevTools Protocol). */
async function evaluate(port: number, expression: string): Promise<unknown> {
  const list = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await list.json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  try {
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return (JSON.parse(answer.toString()) as { result: { result: { value: unknown } } }).result.result.value;
  } finally {
    socket.close();
    await once(socket, 'close');
  }
}

it('lets a debugger into the Functions host with --inspect=PORT', async () => {
  const [port = 0] = await freePorts(1);
  const stack = await startStack({ arguments: [`--inspect=${port}`] });
  try {
    expect(await evaluate(port, 'process.pid')).toBe(stack.pids().host);
    await stack.kill('host');
    await stack.untilRestarted('host');
    expect(await evaluate(port, 'process.pid')).toBe(stack.pids().host);
  } finally {
    await stack.stop();
  }
});
