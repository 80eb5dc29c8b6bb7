import type { Page, WebSocketRoute } from "@playwright/test";

/** What a page hears the console by, in the test's hands; all else goes on. */
export class Line {
  #socket: WebSocketRoute | undefined;
  #isCut = false;
  #heard = Promise.withResolvers<void>();

  static async of(page: Page): Promise<Line> {
    const line = new Line();
    await page.routeWebSocket(/\/socket\.io\//, (socket) => line.#opened(socket));
    return line;
  }

  /** Once the page has heard something, as before it has no line to lose. Until `mend` each further attempt ends as it begins. */
  async cut(): Promise<void> {
    await this.#heard.promise;
    this.#isCut = true;
    await this.#socket?.close();
  }

  /** For the page that is opened next. */
  mend(): void {
    this.#isCut = false;
    this.#heard = Promise.withResolvers();
  }

  #opened(socket: WebSocketRoute): void {
    if (this.#isCut) {
      void socket.close();
      return;
    }
    this.#socket = socket;
    const heard = this.#heard;
    const server = socket.connectToServer();
    server.onMessage((message) => {
      socket.send(message);
      if (message.includes('"hello"')) heard.resolve();
    });
  }
}
