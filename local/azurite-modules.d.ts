/** The classes of Azurite that `azurite-blob` and `azurite-table` are made of; the package has no types of its own. */
declare module 'azurite/dist/src/blob/BlobServer.js' {
  interface Server {
    start(): Promise<void>;
    close(): Promise<void>;
  }
  const module: { default: new (configuration: unknown) => Server };
  export default module;
}
declare module 'azurite/dist/src/blob/BlobConfiguration.js' {
  const module: {
    default: new (
      host: string,
      port: number,
      keepAliveSeconds: number,
      metadataFile: string,
      extentFile: string,
      extents: readonly { locationId: string; locationPath: string; maxConcurrency: number }[],
      accessLog: boolean,
      accessLogStream: undefined,
      debugLog: boolean,
      debugLogFile: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
    ) => object;
  };
  export default module;
}
declare module 'azurite/dist/src/table/TableServer.js' {
  interface Server {
    start(): Promise<void>;
    close(): Promise<void>;
  }
  const module: { default: new (configuration: unknown) => Server };
  export default module;
}
declare module 'azurite/dist/src/table/TableConfiguration.js' {
  const module: {
    default: new (
      host: string,
      port: number,
      keepAliveSeconds: number,
      metadataFile: string,
      debugLog: boolean,
      accessLog: boolean,
      accessLogStream: undefined,
      debugLogFile: undefined,
      loose: boolean,
      skipApiVersionCheck: boolean,
    ) => object;
  };
  export default module;
}
