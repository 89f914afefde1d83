type Test = (value: string) => boolean;

/** .NET's Int32 and Int64 ranges. */
const int32 = { min: -2147483648n, max: 2147483647n };
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

const withoutArguments: Record<string, Test> = {
  int: (value) => inRange(value, int32),
  long: (value) => inRange(value, int64),
  bool: (value) => /^(true|false)$/i.test(value),
  decimal: (value) => /^[+-]?\d+(\.\d+)?$/.test(value),
  double: isFloat,
  float: isFloat,
  guid: (value) => /^[({]?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}[)}]?$/i.test(value),
  datetime: (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value)),
  alpha: (value) => /^[a-z]*$/i.test(value),
  required: (value) => value !== '',
};

const withArguments: Record<string, (args: string) => Test> = {
  minlength: (args) => (value) => value.length >= Number(args),
  maxlength: (args) => (value) => value.length <= Number(args),
  length: (args) => {
    const [least, most = least] = args.split(',').map(Number);
    return (value) => value.length >= Number(least) && value.length <= Number(most);
  },
  min: (args) => (value) => inRange(value, { min: BigInt(args), max: int64.max }),
  max: (args) => (value) => inRange(value, { min: int64.min, max: BigInt(args) }),
  range: (args) => {
    const [min = '0', max = '0'] = args.split(',').map((arg) => arg.trim());
    return (value) => inRange(value, { min: BigInt(min), max: BigInt(max) });
  },
  regex: (args) => {
    const pattern = new RegExp(
      args.replaceAll('{{', '{').replaceAll('}}', '}').replaceAll('[[', '[').replaceAll(']]', ']'),
      'i',
    );
    return (value) => pattern.test(value);
  },
};

/**
 * The test of one inline constraint, like `int` or `range(1,9)`.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
 */
export function constraintTest(constraint: string, template: string): Test {
  const [, name = '', args] = /^([^(]+?)\s*(?:\((.*)\))?$/s.exec(constraint.trim()) ?? [];
  const test = args === undefined ? withoutArguments[name.toLowerCase()] : withArguments[name.toLowerCase()]?.(args);
  if (!test) throw new Error(`The route "${template}" has an unknown constraint "${constraint}"`);
  return test;
}

function inRange(value: string, { min, max }: { min: bigint; max: bigint }): boolean {
  if (!/^[+-]?\d{1,20}$/.test(value)) return false;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= min && number <= max;
}

function isFloat(value: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value);
}
