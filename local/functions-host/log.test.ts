import { createLog } from './log.ts';

function printed(levels: Record<string, string>, write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  write(
    createLog(
      levels,
      (more) => (text += more),
      () => new Date(0),
    ),
  );
  return text;
}

test('a line has time, level, function, invocation and message', () => {
  const line = printed({}, (log) => log.information('done', { functionName: 'Hello', invocationId: '0123456789' }));
  expect(line).toBe('1970-01-01T00:00:00.000Z info  Hello 01234567: done\n');
});

test('the longest category that fits decides the least level', () => {
  const levels = { default: 'Warning', Function: 'Error', 'Function.Loud': 'Debug', 'Function.Loud.User': 'None' };
  const text = printed(levels, (log) => {
    log.information('1 host');
    log.warning('2 host');
    log.warning('3 quiet', { functionName: 'Quiet' });
    log.debug('4 loud', { functionName: 'Loud' });
    log.error('5 user', { functionName: 'Loud', user: true });
    log.error('6 Louder is not Loud', { functionName: 'Louder' });
  });
  expect(text.match(/\d(?= (host|quiet|loud|user|Louder))/g)).toEqual(['2', '4', '6']);
});

test('keys of connection strings are hidden', () => {
  const line = printed({}, (log) =>
    log.error('Endpoint=sb://x;SharedAccessKeyName=Root;SharedAccessKey=c2VjcmV0==;EntityPath=q AccountKey=abc'),
  );
  expect(line).toContain('SharedAccessKeyName=Root;SharedAccessKey=[hidden];EntityPath=q AccountKey=[hidden]');
});
