/** jsdom lays nothing out: this is a window of 1280 by 800 pixels, so that lists that draw what is in sight draw something. */
export function useLayout(width = 1280): void {
  Object.defineProperty(document.documentElement, 'clientHeight', { value: 800, configurable: true });
  window.scrollTo = () => undefined;
  window.matchMedia = (query: string) => {
    const [, sign, pixels] = /width (<|>=) (\d+)px/.exec(query) ?? [];
    const matches = sign === '<' ? width < Number(pixels) : sign === '>=' && width >= Number(pixels);
    return { matches, media: query, addListener: () => undefined, removeListener: () => undefined, addEventListener: () => undefined, removeEventListener: () => undefined } as unknown as MediaQueryList; // prettier-ignore
  };
}
