import { startServiceBus } from '../../../local/service-bus/server.ts';

/** A broker in a process of its own, which a test may kill: arguments are the data file and the entities as JSON. */
const [dataFile = '', entities = '{}'] = process.argv.slice(2);
const { port } = await startServiceBus({ port: 0, dataFile, entities: JSON.parse(entities) as unknown });
process.send?.({ port });
