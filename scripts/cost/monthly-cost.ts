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
  readonly alerts: number;
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
      ((tasks * app.payloadKb) / million) * (app.payloadDays / 30) * prices.storagePerGbMonth +
      historyCost(tasks, inputs),
    logs:
      beyond((executionsOf(tasks, inputs) * app.logKbPerExecution) / million, inputs.included.logsGb) *
      prices.logsPerGb,
    alerts: app.alertSeries * prices.alertSeriesPerMonth,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

const timerExecutions = ({ app }: CostInputs) =>
  app.timerSeconds.reduce((sum, seconds) => sum + monthSeconds / seconds, 0);
const executionsOf = (tasks: number, inputs: CostInputs) =>
  tasks * (inputs.app.executionsPerTask.http + inputs.app.executionsPerTask.queue) +
  historyMessages(tasks, inputs) +
  timerExecutions(inputs);

/** Tasks that end within the time for which an instance gathers are told of in one message, up to so many. */
function historyMessages(tasks: number, { app }: CostInputs): number {
  const rounds = monthSeconds / app.historyGatherSeconds;
  return Math.max(Math.min(tasks, rounds), tasks / app.historyTasksPerMessage);
}

function historyCost(tasks: number, inputs: CostInputs): number {
  const { prices, app } = inputs;
  const transactions = historyMessages(tasks, inputs) * app.historyTransactionsPerMessage;
  const gb = ((tasks * app.historyKb) / million) * (app.historyDays / 30);
  return (transactions / 10_000) * prices.tablesPerTenThousandTransactions + gb * prices.tablesPerGbMonth;
}

/**
 * Flex Consumption bills the time in which an instance does something, a second at least; what runs at once on an instance shares it.
 * All HTTP functions share instances; the one for the queue, that for history, and each timer, has its own (per-function scaling).
 */
function functionsCost(tasks: number, size: Size, inputs: CostInputs): number {
  const { prices, included, app } = inputs;
  const { http, queue } = app.executionsPerTask;
  const busySeconds =
    busy(tasks * http, app.leastSecondsPerExecution) +
    busy(tasks * queue, app.leastSecondsPerExecution) +
    busy(historyMessages(tasks, inputs), app.leastSecondsPerExecution) +
    timerExecutions(inputs) * app.leastSecondsPerExecution;
  const alwaysReady =
    app.alwaysReadyInstances[size] * monthSeconds * app.memoryGb * prices.functionsAlwaysReadyPerGbSecond;
  const executions = beyond(executionsOf(tasks, inputs), included.functionsExecutions) / million;
  return (
    beyond(busySeconds * app.memoryGb, included.functionsGbSeconds) * prices.functionsPerGbSecond +
    executions * prices.functionsPerMillionExecutions +
    alwaysReady
  );
}

/** With executions that come at random, an instance is busy in 1 - e^(-rate × seconds) of the time. */
function busy(executions: number, secondsEach: number): number {
  return monthSeconds * (1 - Math.exp((-executions * secondsEach) / monthSeconds));
}

function serviceBusCost(tasks: number, { prices, included, app }: CostInputs): number {
  const sweeps = (monthSeconds / app.sweepSeconds) * app.serviceBusOperationsPerSweep;
  const perMessage = app.serviceBusOperationsPerTask;
  const operations = (tasks + historyMessages(tasks, { prices, included, app })) * perMessage + sweeps;
  const more = beyond(operations, included.serviceBusOperations) / million;
  return prices.serviceBusPerMonth + more * prices.serviceBusPerMillionOperations;
}

function signalRCost(tasks: number, size: Size, { prices, included, app }: CostInputs): number {
  const messages = tasks * app.signalRMessagesPerTask;
  const more = beyond(messages, included.signalRMessagesPerUnitDay[size] * 30) / million;
  return prices.signalRPerUnitMonth[size] + more * prices.signalRPerMillionMessages[size];
}
