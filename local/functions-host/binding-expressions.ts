/** What `{…}` in a binding's options refers to: `headers`, `query`, route parameters, trigger metadata. Names ignore case. */
export type BindingData = Readonly<Record<string, unknown>>;

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `%SETTING%` by an app setting and `{path.to.value}` by binding data.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns
 *
 * @throws when a setting does not exist, or the data has no such value.
 */
export function resolveExpressions(text: string, environment: Environment, data: BindingData): string {
  return resolveSettings(text, environment).replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const value = lookUp(data, path.trim());
    if (value === undefined || value === null) throw new Error(`No value for named parameter '${path}'.`);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** @throws when a setting does not exist. */
export function resolveSettings(text: string, environment: Environment): string {
  return text.replace(/%([^%]+)%/g, (whole, name: string) => {
    const value = setting(environment, name);
    if (value === undefined) throw new Error(`'${whole}' does not resolve to a value: add the setting "${name}".`);
    return value;
  });
}

/** An app setting; `:` and `__` both separate sections, as in .NET configuration. */
export function setting(environment: Environment, name: string): string | undefined {
  return environment[name] ?? environment[name.replaceAll(':', '__')];
}

/**
 * The setting that a binding's `connection` names: with the prefix `AzureWebJobs` or without, each among the connection strings first.
 * Source: `GetWebJobsConnectionSection` of the WebJobs SDK.
 */
export function connectionSetting(environment: Environment, name: string): string | undefined {
  const names = [`AzureWebJobs${name}`, name].flatMap((each) => [`ConnectionStrings:${each}`, each]);
  return names.map((each) => setting(environment, each)).find((value) => value !== undefined && value !== '');
}

function lookUp(data: BindingData, path: string): unknown {
  let value: unknown = data;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = Object.keys(value).find((key) => key.toLowerCase() === part.toLowerCase());
    value = name === undefined ? undefined : (value as Record<string, unknown>)[name];
  }
  return value;
}
