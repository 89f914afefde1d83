/** As the options of a Storage SDK's method take them. */
export interface Going {
  readonly abortSignal: AbortSignal;
  readonly onProgress: () => void;
}

/** Aborts work that has got nowhere for so long: a service that stands still refuses nothing, it answers nothing. */
export async function whileItGoesOn<T>(withinMs: number, work: (going: Going) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), withinMs);
  try {
    return await work({ abortSignal: controller.signal, onProgress: () => timer.refresh() });
  } finally {
    clearTimeout(timer);
  }
}
