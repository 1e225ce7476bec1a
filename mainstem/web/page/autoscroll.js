// Scrolling: stay at the end while the reader is there, and never pull anyone away from what they read.

const NEAR = 80; // pixels from the end that count as being at the end

export class AutoScroll {
  #atEnd = true;

  /**
   * `element` scrolls; `button`, which leads back to the end, is shown while the reader is elsewhere.
   * @param {HTMLElement} element
   * @param {HTMLElement} button
   */
  constructor(element, button) {
    this.element = element;
    this.button = button;
    element.addEventListener("scroll", () => this.#looked(), { passive: true });
    button.addEventListener("click", () => this.go());
  }

  /** To the end, and stay there. */
  go() {
    this.#atEnd = true;
    this.follow();
  }

  /** Something was added. */
  follow() {
    if (this.#atEnd) this.element.scrollTop = this.element.scrollHeight;
    this.button.hidden = this.#atEnd;
  }

  #looked() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    this.button.hidden = this.#atEnd;
  }
}
