// One painting a frame, however much happened in between.

/** Calls `draw` once in the next frame after `ask`; when the page is hidden, when it is seen again. */
export class FrameScheduler {
  #asked = false;

  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
  }

  ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.draw();
    });
  }
}

const channel = new MessageChannel();
/** @type {((value: void) => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/**
 * Let the browser paint and take keys before going on. Unlike a timer it is not slowed in a hidden page.
 * @returns {Promise<void>}
 */
export function yieldToBrowser() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

const SLICE = 8; // ms of work after which the browser gets its turn

/** For work of many steps: what is to be awaited after each of them, which lets the browser go on when it took long. */
export function sliced() {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await yieldToBrowser();
    since = performance.now();
  };
}
