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
