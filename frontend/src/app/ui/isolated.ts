/** For what somebody wrote, within a text of ours: a direction that it sets ends with it (UAX #9). It cannot end the isolation itself. */
export const isolated = (text: string): string => `\u2068${text.replaceAll(/[\u2066-\u2069]/g, '')}\u2069`;
