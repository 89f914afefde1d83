import { connectionStringOf } from './binding-options.ts';

const binding = { type: 'signalRConnectionInfo', direction: 'in' } as const;

it('finds the connection string in the setting that the binding names, or in the usual one', () => {
  const environment = { AzureSignalRConnectionString: 'usual', Other: 'other' };
  expect(connectionStringOf(binding, environment)).toBe('usual');
  expect(connectionStringOf({ ...binding, connectionStringSetting: 'Other' }, environment)).toBe('other');
});

it('refuses an identity by the name of its setting, and says what to do', () => {
  const environment = { AzureSignalRConnectionString__serviceUri: 'https://ours.service.signalr.net' };
  expect(() => connectionStringOf(binding, environment)).toThrow(
    /by connection string only: put one into the setting "AzureSignalRConnectionString"\. In Azure "AzureSignalRConnectionString__serviceUri"/,
  );
});
