import { app } from '@azure/functions';
import { connectionSettings } from '../../contracts/names.ts';
import { parentOf, traced } from '../telemetry/traced.ts';
import { createEngine } from './engine.ts';
import { lanes } from './lanes.ts';
import { runTask } from './run-task.ts';
import { readTaskMessage } from './task-message.ts';

// One message an invocation: a throw out of a batch would abandon all of it, and one poison message would take its
// finished neighbours into the dead-letter queue.
for (const { functionName, queue, kind } of lanes) {
  app.serviceBusQueue(functionName, {
    queueName: queue,
    connection: connectionSettings.serviceBus,
    cardinality: 'one',
    isSessionsEnabled: kind === 'ordered',
    handler: async (body, context) => {
      const message = readTaskMessage(body, context.triggerMetadata);
      const engine = createEngine((...args) => context.log(...args));
      const { id, attempt, taskType, traceparent } = message;
      const attributes = {
        'task.id': id,
        'task.type': taskType,
        'task.attempt': attempt,
        'messaging.destination.name': queue,
      };
      await traced(
        { name: 'run', kind: 'consumer', ...parentOf(traceparent, context.traceContext?.traceParent), attributes },
        () => runTask(engine, message),
      );
    },
  });
}
