// Scrolling: stay at the end while the reader is there, and never pull anyone away from what they read.

const NEAR = 80; // pixels from the end that count as being at the end

export class AutoScroll {
  #atEnd = true;
  #top = 0; // where it stood when it was last looked at

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
    new ResizeObserver(() => this.follow()).observe(element); // the window became narrower, or the field grew
  }

  /** To the end, and stay there. */
  go() {
    this.#atEnd = true;
    this.follow();
  }

  /**
   * Make a change of `element`, and keep in its place what is read below it.
   * @param {Element} element
   * @param {() => void} change
   */
  keep(element, change) {
    this.element.style.overflowAnchor = "none"; // or the browser keeps it as well
    const below = element.getBoundingClientRect().bottom <= this.element.getBoundingClientRect().bottom;
    const before = element.getBoundingClientRect().height;
    change();
    if (below && !this.#atEnd) this.element.scrollTop += element.getBoundingClientRect().height - before;
    this.follow();
  }

  /** Something was added, or taken away. */
  follow() {
    const { scrollHeight, clientHeight } = this.element;
    if (scrollHeight <= clientHeight) this.#atEnd = true;
    if (this.#atEnd) this.#jump();
    this.#tell();
  }

  #jump() {
    this.element.scrollTop = this.element.scrollHeight;
    this.#top = this.element.scrollTop; // what has become shorter leads upwards: that was no reader
  }

  #looked() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    // What grows below moves the end away: only who goes up has left it.
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR || (this.#atEnd && scrollTop >= this.#top);
    this.#top = scrollTop;
    this.#tell();
  }

  /** Who has left the end keeps their place by the browser, where something above it changes its height. */
  #tell() {
    this.button.hidden = this.#atEnd;
    this.element.style.overflowAnchor = this.#atEnd ? "none" : "auto";
  }
}
