/** What a month costs, from operation counts and prices: both are inputs (`inputs.json`) that are there to be changed. */
import type inputsJson from './inputs.json';

export type CostInputs = typeof inputsJson;
export type Size = 'dev' | 'prod';

export interface MonthlyCost {
  readonly functions: number;
  readonly serviceBus: number;
  readonly redis: number;
  readonly signalR: number;
  readonly appConfiguration: number;
  readonly storage: number;
  readonly logs: number;
  readonly total: number;
}

const monthSeconds = 30 * 24 * 60 * 60;
const million = 1_000_000;
const beyond = (used: number, included: number) => Math.max(0, used - included);

export function monthlyCost(tasks: number, size: Size, inputs: CostInputs): MonthlyCost {
  const { prices, app } = inputs;
  const parts = {
    functions: functionsCost(tasks, size, inputs),
    serviceBus: serviceBusCost(tasks, inputs),
    redis: prices.redisPerMonth[size],
    signalR: signalRCost(tasks, size, inputs),
    appConfiguration: prices.appConfigurationPerMonth[size],
    storage:
      (tasks / 10_000) * prices.storagePerTenThousandWrites +
      ((tasks * app.payloadKb) / million) * (app.payloadDays / 30) * prices.storagePerGbMonth,
    logs:
      beyond((executionsOf(tasks, inputs) * app.logKbPerExecution) / million, inputs.included.logsGb) *
      prices.logsPerGb,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

/** Two timers run every ten seconds: the sweeper and the schedules. */
const timerExecutions = ({ app }: CostInputs) => (2 * monthSeconds) / app.timerSeconds;
const executionsOf = (tasks: number, inputs: CostInputs) =>
  tasks * inputs.app.executionsPerTask + timerExecutions(inputs);

/**
 * Flex Consumption bills the time in which an instance does something, a second at least; what runs at once on an instance shares it.
 * With executions that come at random, an instance is busy in 1 - e^(-rate × seconds) of the time, and the timers have their share.
 */
function functionsCost(tasks: number, size: Size, inputs: CostInputs): number {
  const { prices, included, app } = inputs;
  const idleByTimers = 1 - app.leastSecondsPerExecution / app.timerSeconds;
  const rate = (tasks * app.executionsPerTask) / monthSeconds;
  const busyShare = 1 - idleByTimers * Math.exp(-rate * app.leastSecondsPerExecution);
  const gbSeconds = busyShare * monthSeconds * app.memoryGb;
  const alwaysReady =
    app.alwaysReadyInstances[size] * monthSeconds * app.memoryGb * prices.functionsAlwaysReadyPerGbSecond;
  const executions = beyond(executionsOf(tasks, inputs), included.functionsExecutions) / million;
  return (
    beyond(gbSeconds, included.functionsGbSeconds) * prices.functionsPerGbSecond +
    executions * prices.functionsPerMillionExecutions +
    alwaysReady
  );
}

function serviceBusCost(tasks: number, { prices, included, app }: CostInputs): number {
  const sweeps = (monthSeconds / app.timerSeconds) * app.serviceBusOperationsPerSweep;
  const operations = tasks * app.serviceBusOperationsPerTask + sweeps;
  const more = beyond(operations, included.serviceBusOperations) / million;
  return prices.serviceBusPerMonth + more * prices.serviceBusPerMillionOperations;
}

function signalRCost(tasks: number, size: Size, { prices, included, app }: CostInputs): number {
  const messages = tasks * app.signalRMessagesPerTask;
  const more = beyond(messages, included.signalRMessagesPerUnitDay[size] * 30) / million;
  return prices.signalRPerUnitMonth[size] + more * prices.signalRPerMillionMessages[size];
}
